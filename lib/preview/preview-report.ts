import type { Application } from '../service/application.js'
import { assessApplication } from '../service/assess.js'
import type { Candidate } from './candidate.js'
import type { Preview } from './preview-status.js'

/** Longest message of one copy in the status. */
const MAX_MESSAGE = 300

/** What the status says of copies. */
export interface PreviewReport {
  /** The newest pull request first. */
  readonly previews: readonly Preview[]
  /** The addresses of those that answer. */
  readonly previewURLs: readonly string[]
}

/** Makes what the status says of copies, of what their Applications say. */
export function previewReport(
  candidates: readonly Candidate[],
  applications: readonly Application[] | undefined,
): PreviewReport {
  const previews = describe(candidates, applications)
  return { previews, previewURLs: healthyUrls(previews, applications) }
}

function describe(candidates: readonly Candidate[], applications: readonly Application[] | undefined): Preview[] {
  const byName = new Map(applications?.map(application => [application.metadata.name, application]))
  return candidates.map(candidate => {
    const { element, reason, message, urls, ...about } = candidate
    const cut = message !== undefined && { message: message.slice(0, MAX_MESSAGE) }
    if (element === undefined) return { ...about, urls: [], ...(reason !== undefined && { reason }), ...cut }
    const application = byName.get(element.name)
    const health = application && (application.status?.health?.status ?? 'Unknown')
    const progress = progressOf(candidate, application)
    return {
      ...about,
      namespace: element.namespace,
      ...(element.image !== '' && { image: element.image }),
      ...(health !== undefined && { health }),
      urls: [...urls],
      ...(reason === undefined ? progress : { reason, ...cut }),
    }
  })
}

function progressOf(
  { element }: Candidate,
  application: Application | undefined,
): Pick<Preview, 'reason' | 'message'> | undefined {
  if (element === undefined) return undefined
  const { state, message } = assessApplication(element, application)
  if (state === 'Completed') return undefined
  return { reason: state === 'Failed' ? 'failed' : 'progressing', message: message.slice(0, MAX_MESSAGE) }
}

/** The addresses of the copies that answer: of Applications that are Healthy, were compared and are not on their way out. */
function healthyUrls(previews: readonly Preview[], applications: readonly Application[] | undefined): string[] {
  const healthy = new Set(applications?.filter(isServing).map(({ metadata }) => metadata.name))
  const urls = previews
    .filter(({ namespace }) => namespace !== undefined && healthy.has(namespace))
    .flatMap(preview => preview.urls)
  return [...new Set(urls)].sort()
}

/** Argo CD calls an Application Healthy whose chart it cannot read; its sync is Unknown then. */
function isServing({ metadata, status }: Application): boolean {
  const sync = status?.sync?.status
  return (
    metadata.deletionTimestamp == null &&
    status?.health?.status === 'Healthy' &&
    (sync === 'Synced' || sync === 'OutOfSync')
  )
}
