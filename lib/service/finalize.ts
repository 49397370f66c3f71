import { dependentsOf } from '../dependencies/dependents.js'
import { waitingMessage } from '../dependencies/message.js'
import type { Blocker } from '../dependencies/spec.js'
import { keptChild } from '../kept-child.js'
import type { FinalizeResponse, SyncRequest } from '../metacontroller.js'
import { observeService, runningImage } from './observed.js'
import type { ServiceStatus } from './spec.js'
import { serviceStatus } from './status.js'

/** How often a deletion that waits is looked at again, should an event get lost. */
const ASK_AGAIN_SECONDS = 10

/**
 * Takes a Service down: after all that depends on it, first its ApplicationSets, then, when their Applications and with
 * them the workloads are gone too, the Service itself. What was not looked at counts as still there.
 */
export function finalizeService(request: SyncRequest, now: string): FinalizeResponse<ServiceStatus> {
  const { parent } = request
  const observed = observeService(request)
  const sets = [...observed.applicationSets.values()]
  const main = observed.applicationSets.get(parent.metadata.name)
  const dependents = dependentsOf('service', request)
  const { applications, previewApplications } = observed
  const isGone = sets.length === 0 && applications?.length === 0 && previewApplications?.length === 0

  const answer = (
    state: 'Progressing' | 'Blocked',
    message: string,
    blockers: readonly Blocker[],
    keeps: boolean,
  ): FinalizeResponse<ServiceStatus> => ({
    status: serviceStatus(
      parent,
      { state, message, isStalled: false, image: runningImage(main), blockers, verdicts: [], set: main, applications },
      now,
    ),
    children: keeps ? sets.map(set => keptChild(set, parent.metadata.namespace)) : [],
    resyncAfterSeconds: ASK_AGAIN_SECONDS,
    finalized: dependents?.length === 0 && isGone,
  })

  if (dependents === undefined) return answer('Progressing', 'waits to see what depends on this', [], true)
  if (dependents.length > 0) {
    const message = `is being deleted; ${waitingMessage(`Service/${parent.metadata.name}`, dependents)}`
    return answer('Blocked', message, dependents, true)
  }
  const names = [...(applications ?? []), ...(previewApplications ?? [])]
    .map(({ metadata }) => `'${metadata.name}'`)
    .join(', ')
  const rest = names === '' ? 'the ApplicationSet' : `Application ${names}, whose workloads Argo CD removes`
  return answer('Progressing', `is being deleted; waits for the end of ${rest}`, [], false)
}
