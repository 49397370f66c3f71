import { type Verdict, suspendedConditions } from '../conditions.js'
import { unreadyDependencies } from '../dependencies/unready.js'
import { dependencyVerdict } from '../dependencies/verdict.js'
import { AlustanError, attempt, isCuredByEdit } from '../errors.js'
import { resolveImage } from '../image.js'
import type { DesiredChild, SyncResponse } from '../metacontroller.js'
import { compareTags, parseTag } from '../registry/tag.js'
import { keptChildren, pullSecret, readOutputs } from './children.js'
import type { TerraformFacts } from './facts.js'
import { wantedRuns } from './input.js'
import { type Progress, progressRuns } from './progress.js'
import { knownImage, runStatus } from './run-message.js'
import type { TerraformSituation } from './situation.js'
import type { TerraformSpec, TerraformStatus } from './spec.js'
import { type TerraformReport, terraformStatus } from './status.js'

/** How soon to ask again while something is found out for the first time, or anew because a user asked. */
const SOON_SECONDS = 2

type Answer = SyncResponse<TerraformStatus>

/**
 * What should exist for a Terraform, and what its status says. One run at a time: a run that goes on is never touched,
 * newer input waits for it. What was done is never undone because something cannot be computed.
 */
export function desiredTerraform(situation: TerraformSituation, facts: TerraformFacts): Answer {
  const desired = decide(situation, facts)
  if (facts.scan?.isAwaited !== true) return desired
  return { ...desired, resyncAfterSeconds: Math.min(desired.resyncAfterSeconds, SOON_SECONDS) }
}

function decide(situation: TerraformSituation, facts: TerraformFacts): Answer {
  const { spec, previous, settings } = situation
  if (spec.value === undefined) return keep(situation, facts, failed([spec.failure]))
  if (spec.value.suspend) {
    const { state = 'Progressing', ...rest } = previous
    const message = 'suspended: nothing new is deployed until spec.suspend is false'
    const { generation } = situation.request.parent.metadata
    const conditions = suspendedConditions(previous.conditions, message, { now: facts.now, generation })
    return { status: { ...rest, state, message, conditions }, children: keptChildren(situation), resyncAfterSeconds: 0 }
  }
  const image = situation.image?.value
  const outcome = image && resolveImage(image, announcedScan(situation, facts), runningImage(situation))
  const blockers = unreadyDependencies(situation.request, spec.value.dependencies)
  const dependencies = dependencyVerdict(`Terraform/${situation.request.parent.metadata.name}`, blockers)
  const verdicts = [...(outcome?.verdicts ?? []), dependencies]
  const failures = [situation.image?.failure, outcome?.failure].filter(failure => failure !== undefined)
  if (failures.length > 0) return keep(situation, facts, { ...failed(failures), verdicts })
  if (image === undefined || outcome?.tag === undefined) {
    const message = verdicts[0]?.message ?? 'waits for the registry'
    return keep(situation, facts, { state: 'Progressing', message, verdicts }, SOON_SECONDS)
  }
  const reference = `${image.repository.name}:${outcome.tag}`
  const isNew = situation.runs.length === 0 && previous.deployed === undefined
  if (isNew && blockers.length > 0) {
    const isStalled = dependencies.reason === 'DependencyCycle'
    const { message, reason } = dependencies
    return keep(situation, facts, { state: 'Progressing', message, reason, isStalled, blockers, verdicts })
  }
  const wanted = attempt(() => wantedRuns(situation.request.parent, spec.value, reference, outcome.loweredFrom))
  if (wanted.value === undefined) return keep(situation, facts, { ...failed([wanted.failure]), verdicts })
  const progress = progressRuns(situation, facts, spec.value, wanted.value)
  return answer(situation, facts, spec.value, progress, verdicts, settings.resyncAfterSeconds)
}

function runningImage({ runningTag, loweredFrom }: TerraformSituation) {
  return { tag: runningTag, note: undefined, loweredFrom }
}

/** Without tags above the one whose run is announced: it is made first, also by a replica that knows another list. */
function announcedScan({ announcedTag }: TerraformSituation, { scan }: TerraformFacts): TerraformFacts['scan'] {
  const announced = announcedTag === undefined ? undefined : parseTag(announcedTag)
  if (scan === undefined || announced === undefined) return scan
  return { ...scan, tags: scan.tags?.filter(tag => compareTags(tag, announced) <= 0) }
}

function failed(failures: readonly AlustanError[]): TerraformReport {
  return {
    state: 'Error',
    message: failures.map(({ message }) => message).join('; '),
    reason: failures[0]?.reason,
    isStalled: failures.some(({ reason }) => isCuredByEdit(reason)),
  }
}

/** Everything as it is, with what is known of the newest run. */
function keep(situation: TerraformSituation, facts: TerraformFacts, report: TerraformReport, resync?: number): Answer {
  const { runs, previous, outputMap, settings } = situation
  const newest = runs.at(-1)
  const known: TerraformReport = {
    image: knownImage(situation, facts),
    deployed: previous.deployed,
    ...(newest !== undefined && { run: runStatus(newest, facts, situation) }),
    outputs: readOutputs(outputMap),
    ...report,
  }
  return {
    status: terraformStatus(situation, known, facts),
    children: keptChildren(situation),
    resyncAfterSeconds: resync ?? settings.resyncAfterSeconds,
  }
}

function answer(
  situation: TerraformSituation,
  facts: TerraformFacts,
  spec: TerraformSpec,
  progress: Progress,
  verdicts: readonly Verdict[],
  resyncAfterSeconds: number,
): Answer {
  const { obstacles } = situation
  const secret = pullSecret(situation, facts.pullConfig)
  const map = obstacles.output !== undefined || spec.postDeploy === undefined ? undefined : progress.outputMap
  const children: DesiredChild[] = [...progress.jobs, map, secret].filter(child => child !== undefined)
  const report: TerraformReport = {
    ...progress.report,
    outputs: readOutputs(map),
    verdicts: [...verdicts, ...progress.verdicts],
    ...conflict(
      [spec.postDeploy && obstacles.output, facts.pullConfig === undefined ? undefined : obstacles.pullSecret],
      progress.report,
    ),
  }
  return {
    status: terraformStatus(situation, report, facts),
    children,
    resyncAfterSeconds: progress.resyncAfterSeconds ?? resyncAfterSeconds,
  }
}

/** A name that is taken does not stop a run: it is told beside it, and is the state once nothing runs any more. */
function conflict(
  obstacles: readonly (AlustanError | undefined)[],
  { state, message }: TerraformReport,
): Partial<TerraformReport> {
  const faults = obstacles.filter(obstacle => obstacle !== undefined)
  if (faults.length === 0) return {}
  const isBusy = state === 'Progressing' || state === 'Failed'
  return {
    state: isBusy ? state : 'Error',
    message: [message, ...faults.map(fault => fault.message)].join('; '),
    ...(!isBusy && { reason: faults[0]?.reason }),
  }
}
