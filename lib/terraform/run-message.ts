import type { Parent } from '../metacontroller.js'
import { cureOf } from './cure.js'
import type { PodReport, TerraformFacts } from './facts.js'
import { type Run, isGoing } from './runs.js'
import type { TerraformStatus } from './spec.js'
import { type TerraformSituation, hasNeverStarted } from './situation.js'

const STEP_NAME = { deploy: 'deploy', postdeploy: 'postDeploy', destroy: 'destroy' } as const

/** `status.run` of a run: what its pods told stays told after they are gone, and while nothing is known of them. */
export function runStatus(
  run: Run,
  facts: Pick<TerraformFacts, 'pods' | 'now'>,
  { previous }: TerraformSituation,
): NonNullable<TerraformStatus['run']> {
  const { pods } = facts
  const before = previous.run?.job === run.name ? previous.run : undefined
  const exitCode = pods?.exitCode ?? before?.exitCode
  const isFailed = run.outcome === 'failed'
  const isUnknown = pods === undefined && run.outcome === undefined
  const unended = before?.phase === 'Pending' || before?.phase === 'Running' ? before : undefined
  const reason =
    reasonOf(run, facts, before?.reason) ??
    (isFailed ? (before?.reason ?? run.reason) : isUnknown ? unended?.reason : undefined)
  return {
    job: run.name,
    phase: isUnknown && unended?.phase === 'Running' ? 'Running' : phase(run, pods),
    ...(isFailed && exitCode !== undefined && { exitCode }),
    ...(run.outcome !== 'succeeded' && reason !== undefined && { reason }),
  }
}

/** How long the controllers may take to make a pod before its absence is a reason. */
const POD_SECONDS = 30

/** That no pod was made stays told once it is: replicas whose clocks differ would change the status in turns for ever. */
function reasonOf(
  { createdAt }: Run,
  { pods, now }: Pick<TerraformFacts, 'pods' | 'now'>,
  before: string | undefined,
): string | undefined {
  const isYoung = Date.parse(now) - Date.parse(createdAt) < POD_SECONDS * 1000
  const isUsual = pods?.reason === 'PodNotCreated' && before !== 'PodNotCreated' && isYoung
  return isUsual ? undefined : pods?.reason
}

function phase(
  { outcome, hasFailedPods }: Run,
  pods: PodReport | undefined,
): NonNullable<TerraformStatus['run']>['phase'] {
  if (outcome === 'succeeded') return 'Succeeded'
  if (outcome === 'failed') return 'Failed'
  return pods?.hasStarted === true || hasFailedPods ? 'Running' : 'Pending'
}

/** One sentence on a run that is active or failed, with cure and the command that shows more; never what it printed. */
export function runMessage({ metadata }: Parent, run: Run, status: NonNullable<TerraformStatus['run']>): string {
  const title = `${STEP_NAME[run.step]} run '${run.name}'`
  const kubectl = `kubectl -n ${metadata.namespace}`
  const logs = `${kubectl} logs job/${run.name}`
  const { exitCode, reason } = status
  const cure = cureOf(reason ?? '', exitCode, run)
  const told = cure === undefined ? '' : `: ${cure}`
  if (run.outcome === 'failed') {
    const causes = [exitCode === undefined ? undefined : `exit code ${exitCode}`, reason]
    const why = causes.filter(cause => cause !== undefined).join(', ')
    return `${title} failed${why === '' ? '' : ` (${why})`}${told}; see: ${logs}`
  }
  if (status.phase === 'Running') return `${title} goes on; see: ${logs} --follow`
  if (reason === undefined) return `${title} starts`
  const look = reason === 'PodNotCreated' ? `job ${run.name}` : `pods -l job-name=${run.name}`
  return `${title} does not start (${reason})${told}; see: ${kubectl} describe ${look}`
}

/**
 * `status.image`, which destroy runs: that of the newest run that started. While a run is known not to have started it is
 * the older one's, or none; while that is not known, its own only where there is no other, since it may have made something.
 */
export function startedImage(
  situation: TerraformSituation,
  facts: Pick<TerraformFacts, 'pods'>,
  run: Run,
): string | undefined {
  const older = situation.previous.image
  const { outcome, hasFailedPods } = run
  // What is known of one that is being deleted may be all that ever will be.
  const mayHaveStarted = isGoing(run) && facts.pods?.reason === undefined
  if (mayHaveStarted || facts.pods?.hasStarted === true) return run.image
  if (hasNeverStarted(situation, run, facts)) return older
  return outcome !== undefined || hasFailedPods ? run.image : (older ?? run.image)
}

/** `status.image` while no run is looked at: of the newest that there is. */
export function knownImage(situation: TerraformSituation, facts: Pick<TerraformFacts, 'pods'>): string | undefined {
  const newest = situation.runs.at(-1)
  return newest === undefined ? situation.previous.image : startedImage(situation, facts, newest)
}
