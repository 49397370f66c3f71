import type { PullRequest, PullRequestList } from '../github/pull-requests.js'
import type { Candidate } from './candidate.js'
import { describePullRequest } from './candidate.js'
import { mayBeOpen } from './open-pull-requests.js'
import { type PreviewBasis, previewCandidate } from './preview-candidate.js'
import type { PreviewElement } from './preview-element.js'
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

const WAITING_FOR_LIST =
  'waits for a list of the pull requests that is newer than the last change of the copies: it may be closed by now; alustan asks GitHub for one'

/**
 * The copies that a list of pull requests asks for, the newest first, and those that run and are not in it where that
 * proves nothing: the list is cut before them, or may be older than they are.
 */
export function planPreviews(
  basis: PreviewBasis,
  list: PullRequestList,
  keep: (element: PreviewElement) => Candidate,
): Candidate[] {
  const { pullRequests = [], mayBeOlder } = list
  const { chosen, leftOut } = selectPullRequests(pullRequests, basis.environment)
  const plan = mayBeOlder ? doubtfulCandidate : previewCandidate
  const planned = limitSize(chosen.map(pullRequest => plan(basis, pullRequest, keep)))
  const isPlanned = new Set(planned.map(({ number }) => number))
  const isPerhapsOpen = mayBeOpen(list)
  const unlisted = [...basis.running].filter(([number]) => !isPlanned.has(number) && isPerhapsOpen(number))
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

/** A copy by a list that may be older than the copies are: none is made of it, or goes back to an older commit. */
function doubtfulCandidate(
  basis: PreviewBasis,
  pullRequest: PullRequest,
  keep: (element: PreviewElement) => Candidate,
): Candidate {
  const { element, ...about } = previewCandidate(basis, pullRequest)
  const running = basis.running.get(pullRequest.number)
  if (element === undefined) return about
  if (running === undefined) return { ...about, urls: [], reason: 'waitingForList', message: WAITING_FOR_LIST }
  const isSame = running.branch === element.branch && running.revision === element.revision
  return isSame ? { ...about, element } : keep(running)
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
