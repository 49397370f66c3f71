import { createGitHubClient, type GitHubClient, type GitHubClientDeps } from '../lib/github/client.js'
import { createPullRequestLister } from '../lib/github/pull-request-lister.js'
import type { PullRequestList } from '../lib/github/pull-requests.js'
import { AMPLE_MS } from './ample-time.js'
import type { FakeGitHub, FakePull, GitHubFault } from './fake/github-state.js'
import { fakePull, startFakeGitHub } from './fake/github.js'
import { virtualClock } from './virtual-clock.js'

/** A token, which nothing may show. */
export const SECRET = 'ghp_canary-of-the-token'

/** The repository whose pull requests are listed. */
export const repository = { owner: 'team', name: 'app' }

/** A Service that has no copies yet. */
export const ASKER = { service: 'apps/any', version: undefined }

/** For a request that nobody takes back. */
export const never = new AbortController().signal

/** A fake GitHub with a repository and the token, for as long as the run takes. */
export async function withFake(
  run: (fake: FakeGitHub) => Promise<void>,
  pulls: FakePull[] = [fakePull(1)],
): Promise<void> {
  const fake = await startFakeGitHub({ 'team/app': pulls })
  fake.tokens.set(SECRET, { login: 'alustan-bot', type: 'User', may: 'read' })
  await run(fake).finally(() => fake.close())
}

interface ListerOptions extends Partial<Omit<GitHubClientDeps, 'limits'>> {
  intervalSeconds?: number
  /** What a request may take while the fake has a fault; without one it always has ample time. */
  faultMs?: number | undefined
}

/** The lists of one replica, and a clock that only it lives by. */
export function listerOf(fake: FakeGitHub, { intervalSeconds = 60, faultMs, ...deps }: ListerOptions = {}) {
  const time = virtualClock(fetch)
  const clientThatWaits = (requestMs: number) =>
    createGitHubClient({
      fetch: time.fetch,
      onRequest: time.onRequest,
      now: time.clock.now,
      apiUrl: fake.url,
      token: async () => SECRET,
      limits: { requestMs },
      ...deps,
    })
  const patient = clientThatWaits(AMPLE_MS)
  const hasty = faultMs === undefined ? patient : clientThatWaits(faultMs)
  const client: GitHubClient = {
    ...patient,
    ask: call => (fake.fault === undefined ? patient : hasty).ask(call),
  }
  const reports: (string | undefined)[] = []
  const lister = createPullRequestLister({
    client,
    intervalSeconds,
    clock: time.clock,
    onListing: ({ failure }) => reports.push(failure?.reason),
  })
  const read = async (name = 'app'): Promise<PullRequestList> => {
    const answer = lister.read({ owner: 'team', name }, ASKER)
    await time.settle()
    return answer
  }
  return { ...time, client, lister, read, reports }
}

/** Pull requests 1 to `count`. */
export const pulls = (count: number, more: Partial<FakePull> = {}) =>
  Array.from({ length: count }, (_, index) => fakePull(index + 1, more))

/** The numbers of the pull requests of a list. */
export const numbers = ({ pullRequests }: PullRequestList) => pullRequests?.map(({ number }) => number)

/** A fault that is an answer of this status. */
export const status = (code: number, headers: Record<string, string> = {}, message = 'no'): GitHubFault => ({
  kind: 'status',
  status: code,
  headers,
  message,
})
