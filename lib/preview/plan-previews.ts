import type { PullRequestList } from '../github/pull-requests.js'
import type { Candidate } from './candidate.js'
import { describePullRequest } from './candidate.js'
import { type PreviewBasis, previewCandidate } from './preview-candidate.js'
import type { PreviewElement } from './preview-element.js'
import type { PreviewEnvironment } from './preview-environment.js'
import { selectPullRequests } from './select-pull-requests.js'

/**
 * Most bytes that all elements may have: dynamic-apply keeps a child whole in an annotation of it, of which there may be
 * 256 KiB, and etcd holds no object above 1.5 MiB.
 */
const MAX_ELEMENT_BYTES = 180 * 1024

/** Pull requests that are left out and named. */
const MAX_LEFT_OUT = 50

const LEFT_OUT = {
  forkNotAllowed: 'comes from a fork; set previewEnvironment.allowForks to run the code of strangers',
  maxPreviews:
    'newer pull requests have all the copies that previewEnvironment.maxPreviews allows; close one, or raise it',
}

/**
 * The copies that a list of pull requests asks for, the newest first, and what those that run and are not in it are where
 * that proves nothing: the list is cut, or may be older than they are.
 */
export function planPreviews(
  basis: PreviewBasis,
  { pullRequests = [], isTruncated, doubted }: PullRequestList,
  keep: (element: PreviewElement) => Candidate,
): Candidate[] {
  const { chosen, leftOut } = selectPullRequests(pullRequests, basis.environment)
  const planned = limitSize(chosen.map(pullRequest => previewCandidate(basis, pullRequest)))
  const listed = new Set(pullRequests.map(({ number }) => number))
  const isPlanned = new Set(planned.map(({ number }) => number))
  const unlisted = [...basis.running].filter(
    ([number]) => !isPlanned.has(number) && ((isTruncated && !listed.has(number)) || doubted?.has(number) === true),
  )
  const isKept = new Set(unlisted.map(([number]) => number))
  const others = leftOut
    .filter(({ pullRequest }) => !isKept.has(pullRequest.number))
    .slice(0, MAX_LEFT_OUT)
    .map(({ pullRequest, reason }) => ({
      ...describePullRequest(pullRequest),
      urls: [],
      reason,
      message: LEFT_OUT[reason],
    }))
  return [...planned, ...unlisted.map(([, element]) => keep(element)), ...others].sort((a, b) => b.number - a.number)
}

/** Takes the element from the oldest candidates as long as all together are too large. */
function limitSize(candidates: readonly Candidate[]): Candidate[] {
  let bytes = 0
  return candidates.map(candidate => {
    const { element, ...rest } = candidate
    if (element === undefined) return candidate
    const size = sizeOf(element)
    if (bytes + size <= MAX_ELEMENT_BYTES) {
      bytes += size
      return candidate
    }
    const message =
      'the values of all copies together are too large for one ApplicationSet; make them smaller, or lower previewEnvironment.maxPreviews'
    return { ...rest, urls: [], reason: 'tooLarge', message }
  })
}

/** Bytes as JSON; characters beyond ASCII are few in values, so three bytes for each are near enough. */
function sizeOf(element: PreviewElement): number {
  const text = JSON.stringify(element)
  return text.length + 2 * (text.match(/[^\x00-\x7f]/g)?.length ?? 0)
}

/** Numbers of copies that run and that the list asks for no more. */
export function missingPreviews(
  { pullRequests }: PullRequestList,
  environment: PreviewEnvironment,
  running: Iterable<number>,
): number[] {
  if (pullRequests === undefined) return []
  const chosen = new Set(selectPullRequests(pullRequests, environment).chosen.map(({ number }) => number))
  return [...running].filter(number => !chosen.has(number))
}
