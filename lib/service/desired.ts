import type { Verdict } from '../conditions.js'
import type { Blocker } from '../dependencies/spec.js'
import { unreadyDependencies } from '../dependencies/unready.js'
import { dependencyVerdict } from '../dependencies/verdict.js'
import { AlustanError, isCuredByEdit } from '../errors.js'
import { type DesiredChild, type SyncResponse, notObserved } from '../metacontroller.js'
import { KIND } from '../names.js'
import { type Previews, desiredPreviews, keptPreviews, wantedPreviews } from '../preview/desired-previews.js'
import { applicationSet, serviceLabels } from './application-set.js'
import { assess } from './assess.js'
import type { ServiceFacts } from './facts.js'
import { keptSet } from './kept-set.js'
import { runningImage } from './observed.js'
import { type Plan, planService } from './plan.js'
import type { ServiceSituation } from './situation.js'
import type { ServiceSpec, ServiceStatus } from './spec.js'
import { type Report, serviceStatus, suspendedStatus } from './status.js'

/** How soon to ask again while a scan is out: the first one, or one that a user asked for. */
const SOON_SECONDS = 2

/** What was decided for a Service: its children and what its status is made of. */
type Decision = Pick<Report, 'state' | 'message' | 'reason' | 'isStalled' | 'verdicts'> & {
  readonly children: DesiredChild[]
  /** Those as they are when left out. */
  readonly previews?: Previews
  readonly image?: string | undefined
  readonly blockers?: readonly Blocker[]
  readonly resyncAfterSeconds?: number
}

/**
 * What should exist for a Service, and what its status says. What runs is never taken away because something cannot be
 * computed: then it is answered as it is.
 */
export function desiredService(situation: ServiceSituation, facts: ServiceFacts): SyncResponse<ServiceStatus> {
  const { request, settings, spec, observed, running } = situation
  const { parent } = request
  if (spec.value?.suspend === true) {
    return {
      status: suspendedStatus(parent, spec.value, facts.now),
      children: everySet(situation),
      resyncAfterSeconds: 0,
    }
  }
  const decision =
    spec.value === undefined ? keepRunning(situation, [spec.failure], []) : decide(situation, spec.value, facts)
  const { previews = keptPreviews(situation, facts), blockers = [], ...rest } = decision
  const children = [...rest.children, ...previews.children]
  const { applications } = observed
  const report: Report = {
    ...rest,
    image: decision.image ?? runningImage(running),
    verdicts: [...rest.verdicts, ...previews.verdicts],
    blockers,
    set: running,
    applications,
    previews,
  }
  const resyncAfterSeconds = Math.min(
    decision.resyncAfterSeconds ?? settings.resyncAfterSeconds,
    previewSeconds(situation, facts),
    facts.scan?.isAwaited === true ? SOON_SECONDS : Infinity,
  )
  return { status: serviceStatus(parent, report, facts.now), children, resyncAfterSeconds }
}

/** How soon to ask again for the sake of copies: at once while the first list of pull requests is out. */
function previewSeconds({ settings, spec }: ServiceSituation, { pullRequests }: ServiceFacts): number {
  if (wantedPreviews(spec.value) === undefined) return Infinity
  const isAwaited = pullRequests?.pullRequests === undefined && pullRequests?.failure === undefined
  return isAwaited ? SOON_SECONDS : settings.previewResyncAfterSeconds
}

function decide(situation: ServiceSituation, spec: ServiceSpec, facts: ServiceFacts): Decision {
  const { request, running } = situation
  const plan = planService(situation, spec, facts)
  const blockers = unreadyDependencies(request, spec.dependencies)
  const dependencies = dependencyVerdict(`Service/${request.parent.metadata.name}`, blockers)
  const verdicts = [...plan.verdicts, dependencies]
  const failures = [...nameConflicts(situation), ...plan.failures]
  if (failures.length > 0) return keepRunning(situation, failures, verdicts)
  if (plan.element === undefined) return awaitScan(situation, verdicts)
  if (running === undefined && blockers.length > 0) {
    const isStalled = dependencies.reason === 'DependencyCycle'
    const { message, reason } = dependencies
    return { state: 'Blocked', message, reason, isStalled, verdicts, blockers, children: keptSets(situation) }
  }
  return run(situation, spec, facts, plan, verdicts)
}

/** Dependencies only delay the creation: what runs is changed although one of them is not ready. */
function run(
  situation: ServiceSituation,
  spec: ServiceSpec,
  facts: ServiceFacts,
  plan: Plan,
  verdicts: readonly Verdict[],
): Decision {
  const { request, observed, running } = situation
  const { parent } = request
  const elements = plan.element === undefined ? [] : [plan.element]
  const child = applicationSet(parent, {
    name: parent.metadata.name,
    elements,
    labels: serviceLabels(parent.metadata.name, spec.dependencies),
    project: plan.project ?? '',
    image: plan.image,
    imageNote: plan.imageNote,
    imageLoweredFrom: plan.imageLoweredFrom,
  })
  const { state, message } = assess(running, elements, observed.applications)
  const previews = desiredPreviews(situation, spec, facts, plan)
  return { state, message, isStalled: false, verdicts, image: plan.image, children: [child], previews }
}

function keepRunning(
  situation: ServiceSituation,
  failures: readonly AlustanError[],
  verdicts: readonly Verdict[],
): Decision {
  const children = keptSets(situation)
  const faults = failures.map(({ message }) => message).join('; ')
  return {
    state: 'Error',
    message: children.length === 0 ? faults : `${faults}; what runs stays as it is`,
    ...(failures[0] !== undefined && { reason: failures[0].reason }),
    isStalled: failures.some(({ reason }) => isCuredByEdit(reason)),
    verdicts,
    children,
  }
}

function awaitScan(situation: ServiceSituation, verdicts: readonly Verdict[]): Decision {
  const message = verdicts.find(({ type }) => type === 'ImageResolved')?.message ?? 'waits for the registry'
  const children = keptSets(situation)
  return { state: 'Progressing', message, isStalled: false, verdicts, children, resyncAfterSeconds: SOON_SECONDS }
}

/** The main ApplicationSet as it is. */
function keptSets(situation: ServiceSituation): DesiredChild[] {
  return situation.running === undefined ? [] : [keptSet(situation.running, situation)]
}

function everySet(situation: ServiceSituation): DesiredChild[] {
  return [...situation.observed.applicationSets.values()].map(set => keptSet(set, situation))
}

function nameConflicts({ request, observed }: ServiceSituation): AlustanError[] {
  const { name, namespace } = request.parent.metadata
  if (observed.foreignNames === undefined) return [notObserved(KIND.applicationSet)]
  return observed.foreignNames
    .filter(foreign => foreign === name)
    .map(
      foreign =>
        new AlustanError(
          'NameConflict',
          `ApplicationSet '${foreign}' in namespace '${namespace}' belongs to somebody else; rename this Service or remove that ApplicationSet`,
        ),
    )
}
