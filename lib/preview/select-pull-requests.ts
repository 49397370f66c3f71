import type { PullRequest } from '../github/pull-requests.js'
import type { PreviewEnvironment } from './preview-environment.js'

/** Which pull requests get a copy, and which with the labels do not; both with the highest number first. */
export interface Selection {
  readonly chosen: readonly PullRequest[]
  readonly leftOut: readonly { readonly pullRequest: PullRequest; readonly reason: 'forkNotAllowed' | 'maxPreviews' }[]
}

/** Labels of GitHub do not tell case apart. */
function hasLabels({ labels }: PullRequest, wanted: readonly string[]): boolean {
  const there = new Set(labels.map(label => label.toLowerCase()))
  return wanted.every(label => there.has(label.toLowerCase()))
}

/** Picks by labels, then forks, then the number of copies: the newest pull requests get one. */
export function selectPullRequests(
  pullRequests: readonly PullRequest[],
  { labels, allowForks, maxPreviews }: PreviewEnvironment,
): Selection {
  const labelled = pullRequests
    .filter(pullRequest => hasLabels(pullRequest, labels))
    .sort((one, other) => other.number - one.number)
  const allowed = labelled.filter(({ isFork }) => allowForks || !isFork)
  const chosen = new Set(allowed.slice(0, maxPreviews))
  return {
    chosen: [...chosen],
    leftOut: labelled
      .filter(pullRequest => !chosen.has(pullRequest))
      .map(pullRequest => ({
        pullRequest,
        reason: pullRequest.isFork && !allowForks ? 'forkNotAllowed' : 'maxPreviews',
      })),
  }
}
