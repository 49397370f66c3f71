import type { Verdict } from '../conditions.js'
import type { AlustanError } from '../errors.js'
import type { PullRequestList } from '../github/pull-requests.js'
import type { KubernetesObject } from '../metacontroller.js'
import { applicationSetConditions } from '../service/observed.js'
import type { PreviewEnvironment } from './preview-environment.js'
import { type Preview, isWanted } from './preview-status.js'
import { safeText } from './safe-text.js'

const MAX_FOREIGN_TEXT = 500

const UNCHANGED_HOSTS =
  'they claim hosts of the Service itself, since only those in ingress.hosts are changed: name the hosts there'

/** The condition PullRequestsListed: whether GitHub told which pull requests are open. */
export function listVerdict(environment: PreviewEnvironment, list: PullRequestList | undefined): Verdict {
  const type = 'PullRequestsListed'
  const repository = `${environment.gitOwner}/${environment.gitRepo}`
  if (list?.failure !== undefined) {
    const { reason, message } = list.failure
    return { type, status: 'False', reason, message: `${message}; the copies that run stay` }
  }
  if (list?.pullRequests === undefined) {
    const message = `waits for the first list of the pull requests of ${repository}; the copies that run stay`
    return { type, status: 'Unknown', reason: 'NotListedYet', message }
  }
  if (list.isTruncated) {
    const message = `${repository} has more open pull requests than are read; copies for older ones stay`
    return { type, status: 'True', reason: 'ListTruncated', message }
  }
  return { type, status: 'True', reason: 'Listed', message: `the open pull requests of ${repository} are known` }
}

/** The condition FeedbackWritten, there only while pull requests cannot be told of their copies. */
export function feedbackVerdicts(failure: AlustanError | undefined): Verdict[] {
  if (failure === undefined) return []
  const { reason, message } = failure
  return [{ type: 'FeedbackWritten', status: 'False', reason, message }]
}

/** The condition PreviewsReady: whether every copy is up. It is no part of how the Service itself stands. */
export function readyVerdict(
  previews: readonly Preview[],
  {
    set,
    conflict,
    isListed,
    hasUnchangedHosts,
  }: {
    set: KubernetesObject | undefined
    conflict: string | undefined
    isListed: boolean
    hasUnchangedHosts: boolean
  },
): Verdict {
  const type = 'PreviewsReady'
  if (conflict !== undefined) return { type, status: 'False', reason: 'NameConflict', message: conflict }
  const refusal = applicationSetConditions(set).find(each => each.type === 'ErrorOccurred' && each.status === 'True')
  if (refusal !== undefined) {
    const message = `Argo CD refuses the ApplicationSet of the copies: ${safeText(refusal.message, MAX_FOREIGN_TEXT)}`
    return { type, status: 'False', reason: 'ApplicationSetRefused', message }
  }
  if (!isListed && previews.length === 0) {
    return { type, status: 'Unknown', reason: 'NotListedYet', message: 'which copies are wanted is not known' }
  }
  const wanted = previews.filter(isWanted)
  const leftOut = previews.length - wanted.length
  const up = wanted.filter(({ reason }) => reason === undefined).length
  const rest = leftOut === 0 ? '' : `; ${leftOut} left out, see status.previews`
  const hosts = hasUnchangedHosts ? `; ${UNCHANGED_HOSTS}` : ''
  const message =
    wanted.length === 0 ? `no copy is wanted${rest}` : `${up} of ${wanted.length} copies are up${rest}${hosts}`
  const isReady = up === wanted.length
  return { type, status: isReady ? 'True' : 'False', reason: isReady ? 'Ready' : 'NotReady', message }
}
