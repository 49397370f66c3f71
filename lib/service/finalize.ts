import { deletionOf } from '../dependencies/deletion.js'
import type { FinalizeResponse, SyncRequest } from '../metacontroller.js'
import { keptReport } from '../preview/kept-report.js'
import type { Application } from './application.js'
import { foreignText } from './foreign-text.js'
import { keptSet } from './kept-set.js'
import { type ObservedService, observeService, runningImage } from './observed.js'
import { parseServiceSpec } from './parse-spec.js'
import type { ServiceStatus } from './spec.js'
import { type Report, serviceStatus } from './status.js'

/** How often a deletion that waits is looked at again, should an event get lost. */
const ASK_AGAIN_SECONDS = 10

/**
 * Takes a Service down: after all that depends on it, first its ApplicationSets, then, when their Applications and with
 * them the workloads are gone too, the Service itself. What was not looked at counts as still there.
 */
export function finalizeService(request: SyncRequest, now: string): FinalizeResponse<ServiceStatus> {
  const { parent } = request
  const observed = observeService(request)
  const spec = parseServiceSpec(parent)
  const main = observed.applicationSets.get(parent.metadata.name)
  const { applications, previewApplications } = observed
  const { blockers, deletedWith, message } = deletionOf('service', request, spec.value?.dependencies)
  const isFree = blockers?.length === 0
  const isGone = observed.applicationSets.size === 0 && applications?.length === 0 && previewApplications?.length === 0

  const report: Report = {
    state: blockers === undefined || isFree ? 'Progressing' : 'Blocked',
    message: isFree ? `${message}; waits for the end of ${whatIsLeft(observed)}` : message,
    isStalled: false,
    image: runningImage(main),
    blockers: blockers ?? [],
    ...(deletedWith !== undefined && { deletedWith }),
    verdicts: [],
    set: main,
    applications,
    ...(!isFree && { previews: keptReport({ request, observed, spec }) }),
  }
  return {
    status: serviceStatus(parent, report, now),
    children: isFree ? [] : [...observed.applicationSets.values()].map(set => keptSet(set, { request, spec })),
    resyncAfterSeconds: ASK_AGAIN_SECONDS,
    finalized: isFree && isGone,
  }
}

function whatIsLeft({ applications = [], previewApplications = [] }: ObservedService): string {
  const left = [...applications, ...previewApplications]
  if (left.length === 0) return 'the ApplicationSet'
  const names = left.map(({ metadata }) => `'${metadata.name}'`).join(', ')
  const faults = left.flatMap(deletionFaults)
  const why = faults.length === 0 ? '' : `, but says: ${faults.join('; ')}`
  return `Application ${names}, whose workloads Argo CD removes${why}`
}

/** What keeps Argo CD from deleting, such as a cluster that it cannot reach. */
function deletionFaults({ status }: Application): string[] {
  const conditions = status?.conditions ?? []
  return conditions.filter(({ type }) => type === 'DeletionError').map(({ message }) => foreignText(message))
}
