import type { KubernetesObject } from '../metacontroller.js'
import { type Application, type ComparedTo, isSameDestination, isSameSource } from './application.js'
import type { Element } from './application-set.js'
import { foreignText } from './foreign-text.js'
import { applicationSetConditions } from './observed.js'

/** How far what was asked for has got. */
export interface Assessment {
  readonly state: 'Progressing' | 'Failed' | 'Completed'
  readonly message: string
}

/** Conditions of an Application that say that it cannot become what was asked for. */
const FAULTS = ['ComparisonError', 'InvalidSpecError', 'SyncError', 'DeletionError', 'UnknownError']

/**
 * Judges an ApplicationSet by its own conditions and by the Application of each element. Health alone means nothing: an
 * Application whose path is missing is Healthy, and for some 100 ms after a change the old state is still reported.
 */
export function assess(
  set: KubernetesObject | undefined,
  elements: readonly Element[],
  applications: readonly Application[] | undefined,
): Assessment {
  if (set === undefined) return { state: 'Progressing', message: 'creates the ApplicationSet' }
  const refusal = applicationSetConditions(set).find(
    ({ type, status }) => type === 'ErrorOccurred' && status === 'True',
  )
  if (refusal !== undefined) {
    return { state: 'Failed', message: `Argo CD refuses the ApplicationSet: ${foreignText(refusal.message)}` }
  }
  if (applications === undefined) return { state: 'Progressing', message: 'Applications are not looked at yet' }
  const judged = elements.map(element =>
    assessApplication(
      element,
      applications.find(({ metadata }) => metadata.name === element.name),
    ),
  )
  return (
    judged.find(({ state }) => state === 'Failed') ??
    judged.find(({ state }) => state === 'Progressing') ?? {
      state: 'Completed',
      message: judged.length === 0 ? 'nothing to run' : 'synced and healthy',
    }
  )
}

/** Judges one Application against the element that it is made of. */
export function assessApplication(element: Element, application: Application | undefined): Assessment {
  const name = `Application '${element.name}'`
  if (application === undefined) {
    const hint = 'if it does not come, see whether Argo CD serves ApplicationSets and Applications in this namespace'
    return { state: 'Progressing', message: `waits for Argo CD to create ${name}; ${hint}` }
  }
  const { status } = application
  if (application.metadata.deletionTimestamp != null) {
    return { state: 'Progressing', message: `${name} is being deleted` }
  }
  const change: Assessment = { state: 'Progressing', message: `Argo CD takes up the change of ${name}` }
  if (!isMadeOf(element, application)) return change
  // Before the comparison: what cannot be compared at all is never compared to our source.
  const fault = status?.conditions?.find(({ type }) => FAULTS.includes(type))
  if (fault !== undefined) return { state: 'Failed', message: `${name}: ${fault.type}: ${foreignText(fault.message)}` }
  if (!isComparedTo(element, status?.sync?.comparedTo)) return change
  const { phase, message, syncResult } = status?.operationState ?? {}
  const isOfThisSource = syncResult === undefined || isSameSource(syncResult.source, sourceOf(element))
  if ((phase === 'Failed' || phase === 'Error') && isOfThisSource) {
    return { state: 'Failed', message: `${name} cannot be synced: ${foreignText(message ?? phase)}` }
  }
  return assessHealth(name, application)
}

function assessHealth(name: string, { status }: Application): Assessment {
  const { status: health = 'Unknown', message } = status?.health ?? {}
  const sync = status?.sync?.status ?? 'Unknown'
  if (health === 'Degraded') {
    return {
      state: 'Failed',
      message: `${name} is Degraded${message === undefined ? '' : `: ${foreignText(message)}`}`,
    }
  }
  if (health === 'Healthy' && sync === 'Synced') return { state: 'Completed', message: `${name} is synced and healthy` }
  return { state: 'Progressing', message: `${name} is ${sync} and ${health}` }
}

/** Whether the Application's own spec is what the element asks for. */
function isMadeOf(element: Element, { spec }: Application): boolean {
  return isSameSource(spec?.source, sourceOf(element)) && isSameDestination(spec?.destination, destinationOf(element))
}

/** Whether what Argo CD reports is of the element: it copies source and destination when it begins to compare. */
function isComparedTo(element: Element, comparedTo: ComparedTo): boolean {
  return (
    isSameSource(comparedTo?.source, sourceOf(element)) &&
    isSameDestination(comparedTo?.destination, destinationOf(element))
  )
}

function sourceOf({ repoURL, path, targetRevision, releaseName, values }: Element) {
  return { repoURL, path, targetRevision, helm: { releaseName, values } }
}

function destinationOf({ cluster, namespace }: Element) {
  return { name: cluster, namespace }
}
