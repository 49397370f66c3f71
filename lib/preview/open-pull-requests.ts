import type { PullRequestList } from '../github/pull-requests.js'
import type { Candidate } from './candidate.js'
import type { PreviewEnvironment } from './preview-environment.js'
import { selectPullRequests } from './select-pull-requests.js'

/**
 * Whether a pull request that a list does not have may be open all the same: the list may be older than the copies, or
 * is cut, the newest first, before it would come to that number.
 */
export function mayBeOpen({
  pullRequests = [],
  isTruncated,
  mayBeOlder,
}: PullRequestList): (number: number) => boolean {
  const lowest = Math.min(...pullRequests.map(({ number }) => number))
  return number => mayBeOlder || (isTruncated && number < lowest)
}

/** Which candidates stay while no newer can be made: all but those that a list proves to be wanted no more. */
export function mayStay(list: PullRequestList, environment: PreviewEnvironment): (candidate: Candidate) => boolean {
  const { chosen, leftOut } = selectPullRequests(list.pullRequests ?? [], { ...environment, maxPreviews: Infinity })
  const wanted = new Set(chosen.map(({ number }) => number))
  const named = new Set(leftOut.map(({ pullRequest }) => pullRequest.number))
  const isPerhapsOpen = mayBeOpen(list)
  return ({ number, element }) =>
    wanted.has(number) || (element === undefined && named.has(number)) || isPerhapsOpen(number)
}
