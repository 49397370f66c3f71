import type { Verdict } from '../conditions.js'
import type { Blocker } from '../dependencies/spec.js'
import { unreadyDependencies } from '../dependencies/unready.js'
import { dependencyVerdict } from '../dependencies/verdict.js'
import { AlustanError, isCuredByEdit } from '../errors.js'
import { keptChild } from '../kept-child.js'
import type { DesiredChild, SyncRequest, SyncResponse } from '../metacontroller.js'
import { type Application, readApplications } from './application.js'
import { applicationSet, serviceLabels } from './application-set.js'
import { assess } from './assess.js'
import type { ServiceFacts } from './facts.js'
import { type ObservedService, observeService, runningImage } from './observed.js'
import { parseServiceSpec } from './parse-spec.js'
import { type Plan, planService } from './plan.js'
import type { ServiceSpec, ServiceStatus } from './spec.js'
import { type Report, serviceStatus, suspendedStatus } from './status.js'

/** How soon to ask again while an image is scanned for the first time. */
const FIRST_SCAN_SECONDS = 2

/** What was decided for a Service: its children and what its status is made of. */
type Decision = Pick<Report, 'state' | 'message' | 'reason' | 'isStalled' | 'verdicts'> & {
  readonly children: DesiredChild[]
  readonly image?: string | undefined
  readonly blockers?: readonly Blocker[]
  readonly resyncAfterSeconds?: number
}

/** A request, sorted. */
interface Situation {
  readonly request: SyncRequest
  readonly observed: ObservedService
  readonly applications: readonly Application[] | undefined
  readonly facts: ServiceFacts
}

/**
 * What should exist for a Service, and what its status says. What runs is never taken away because something cannot be
 * computed: then it is answered as it is.
 */
export function desiredService(request: SyncRequest, facts: ServiceFacts): SyncResponse<ServiceStatus> {
  const { parent } = request
  const observed = observeService(request)
  const applications = observed.applications && readApplications(observed.applications)
  const situation: Situation = { request, observed, applications, facts }
  const parsed = parseServiceSpec(parent)
  if ('spec' in parsed && parsed.spec.suspend) {
    return { status: suspendedStatus(parent), children: keptSets(situation), resyncAfterSeconds: 0 }
  }
  const decision = 'failure' in parsed ? keepRunning(situation, [parsed.failure], []) : decide(situation, parsed.spec)
  const { children, resyncAfterSeconds = facts.settings.resyncAfterSeconds, blockers = [], ...rest } = decision
  const set = observed.applicationSets.get(parent.metadata.name)
  const report: Report = { ...rest, image: decision.image ?? runningImage(set), blockers, set, applications }
  return { status: serviceStatus(parent, report, facts.now), children, resyncAfterSeconds }
}

function decide(situation: Situation, spec: ServiceSpec): Decision {
  const { request, observed, facts } = situation
  const self = `Service/${request.parent.metadata.name}`
  const running = observed.applicationSets.get(request.parent.metadata.name)
  const plan = planService(request, spec, facts, running)
  const blockers = unreadyDependencies(request, spec.dependencies)
  const dependencies = dependencyVerdict(self, blockers)
  const verdicts = [...plan.verdicts, dependencies]
  const failures = [...nameConflicts(request, observed), ...plan.failures]
  if (failures.length > 0) return keepRunning(situation, failures, verdicts)
  if (plan.element === undefined) return awaitScan(situation, verdicts)
  if (running === undefined && blockers.length > 0) {
    const isStalled = dependencies.reason === 'DependencyCycle'
    const { message, reason } = dependencies
    return { state: 'Blocked', message, reason, isStalled, verdicts, blockers, children: keptSets(situation) }
  }
  return run(situation, spec, plan, verdicts)
}

/** Dependencies only delay the creation: what runs is changed although one of them is not ready. */
function run(
  { request, observed, applications }: Situation,
  spec: ServiceSpec,
  plan: Plan,
  verdicts: readonly Verdict[],
): Decision {
  const { parent } = request
  const elements = plan.element === undefined ? [] : [plan.element]
  const child = applicationSet(parent, {
    name: parent.metadata.name,
    elements,
    labels: serviceLabels(parent.metadata.name, spec.dependencies),
    project: plan.project ?? '',
    image: plan.image,
    imageNote: plan.imageNote,
  })
  const running = observed.applicationSets.get(parent.metadata.name)
  const { state, message } = assess(running, elements, applications)
  return { state, message, isStalled: false, verdicts, image: plan.image, children: [child] }
}

function keepRunning(situation: Situation, failures: readonly AlustanError[], verdicts: readonly Verdict[]): Decision {
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

function awaitScan(situation: Situation, verdicts: readonly Verdict[]): Decision {
  const message = verdicts.find(({ type }) => type === 'ImageResolved')?.message ?? 'waits for the registry'
  const children = keptSets(situation)
  return { state: 'Progressing', message, isStalled: false, verdicts, children, resyncAfterSeconds: FIRST_SCAN_SECONDS }
}

function keptSets({ request, observed }: Situation): DesiredChild[] {
  return [...observed.applicationSets.values()].map(set => keptChild(set, request.parent.metadata.namespace))
}

function nameConflicts({ parent }: SyncRequest, { foreignNames }: ObservedService): AlustanError[] {
  const { name, namespace } = parent.metadata
  return foreignNames
    .filter(foreign => foreign === name)
    .map(
      foreign =>
        new AlustanError(
          'NameConflict',
          `ApplicationSet '${foreign}' in namespace '${namespace}' belongs to somebody else; rename this Service or remove that ApplicationSet`,
        ),
    )
}
