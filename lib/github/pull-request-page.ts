import { z } from 'zod'
import type { PullRequest } from './pull-requests.js'

/** What is read of a pull request in GitHub's list of them. The repository of a deleted fork is null. */
const ListedPullRequest = z
  .object({
    number: z.number().int().positive(),
    title: z.string(),
    head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ id: z.number() }).nullable() }),
    base: z.object({ repo: z.object({ id: z.number() }) }),
    labels: z.array(z.object({ name: z.string() })),
  })
  .transform(({ number, title, head, base, labels }): PullRequest => ({
    number,
    title,
    branch: head.ref,
    sha: head.sha,
    isFork: head.repo?.id !== base.repo.id,
    labels: labels.map(({ name }) => name),
  }))

const PullRequestPage = z.array(ListedPullRequest)

/** The pull requests of one page; undefined when it is no list of them: half a list looks like closed ones. */
export function parsePullRequestPage(data: unknown): readonly PullRequest[] | undefined {
  return PullRequestPage.safeParse(data).data
}
