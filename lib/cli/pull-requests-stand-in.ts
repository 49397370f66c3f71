import { AlustanError } from '../errors.js'
import type { PullRequest, PullRequestLister } from '../github/pull-requests.js'
import type { KubernetesObject } from '../metacontroller.js'
import { shortHash } from '../names.js'

/** Open pull requests by `owner/name`; may be changed at any time. */
export type OpenPulls = Map<string, PullRequest[]>

const PULL = /^([1-9]\d{0,8}):([^,=]+)$/

/** A pull request with these labels whose commit is made of its number and branch. */
export function pullRequest(number: number, branch: string, labels: readonly string[] = ['preview']): PullRequest {
  return { number, branch, labels, title: branch, sha: shortHash(`${number} ${branch}`, 40), isFork: false }
}

/** Reads `--pulls OWNER/NAME=NUMBER:BRANCH,NUMBER:BRANCH`. Throws `InvalidInput` on anything else. */
export function parsePullsOption(options: readonly string[]): OpenPulls {
  return new Map(
    options.map(option => {
      const [, repository, list] = /^([^=/]+\/[^=/]+)=(.*)$/.exec(option) ?? []
      const pulls = list?.split(',').map(text => PULL.exec(text))
      if (repository === undefined || pulls === undefined || pulls.includes(null)) {
        throw new AlustanError(
          'InvalidInput',
          `--pulls '${option}' is not OWNER/NAME=NUMBER:BRANCH,NUMBER:BRANCH; write it like alustan/web-app-demo=7:feature/login`,
        )
      }
      return [repository.toLowerCase(), pulls.map(pull => pullRequest(Number(pull?.[1]), pull?.[2] ?? ''))]
    }),
  )
}

/** Gives pull requests every label that a Service of the manifests asks for. */
export function withLabels(pulls: OpenPulls, objects: readonly KubernetesObject[]): OpenPulls {
  const asked = objects.flatMap(({ spec }) => {
    const { previewEnvironment } = (spec ?? {}) as { previewEnvironment?: { labels?: string[] } }
    return previewEnvironment?.labels ?? []
  })
  const labels = ['preview', ...asked]
  return new Map([...pulls].map(([repository, open]) => [repository, open.map(pull => ({ ...pull, labels }))]))
}

/** Answers as GitHub would if just these were open. */
export function pullRequestStandIn(pulls: OpenPulls): PullRequestLister {
  return {
    read: async ({ owner, name }) => ({
      pullRequests: [...(pulls.get(`${owner}/${name}`.toLowerCase()) ?? [])],
      failure: undefined,
      isTruncated: false,
      mayBeOlder: false,
    }),
    close: () => undefined,
  }
}
