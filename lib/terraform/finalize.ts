import { dependentsOf } from '../dependencies/dependents.js'
import { waitingMessage } from '../dependencies/message.js'
import { attempt } from '../errors.js'
import type { DesiredChild, FinalizeResponse } from '../metacontroller.js'
import { keptChildren, pullSecret, readOutputs } from './children.js'
import { parseCommand } from './command.js'
import type { TerraformFacts } from './facts.js'
import { job, jobName } from './job.js'
import { runMessage, runStatus } from './run-message.js'
import type { Run } from './runs.js'
import { type TerraformSituation, announcedRun } from './situation.js'
import type { TerraformSpec, TerraformStatus } from './spec.js'
import { type TerraformReport, terraformStatus } from './status.js'

/** How often a deletion that waits is looked at again. */
const ASK_AGAIN_SECONDS = 10
/** How often while the garbage collector deletes the children, which no event ends. */
const FOREGROUND_SECONDS = 2

/** Pause after the first failed destroy; it doubles up to the longest. */
const FIRST_PAUSE_SECONDS = 60
const LONGEST_PAUSE_SECONDS = 3600

/** How many failed attempts are kept as record. */
const KEPT_ATTEMPTS = 2

type Answer = FinalizeResponse<TerraformStatus>

const WAY_OUT = 'to let go without destroying, set spec.deletionPolicy to retain'

/**
 * Takes a Terraform down: after all that depends on it and after a run that goes on, the destroy script runs with the
 * image that was deployed, until it succeeds; then the Terraform goes. No registry is needed for it.
 */
export function finalizeTerraform(situation: TerraformSituation, facts: TerraformFacts): Answer {
  const { request, spec, active } = situation
  const { metadata } = request.parent
  const wait = (report: Partial<TerraformReport> & { message: string }, more: Partial<Answer> = {}): Answer =>
    answer(situation, facts, report, more)
  if (metadata.finalizers?.includes('foregroundDeletion') === true) {
    return wait(
      { message: 'is being deleted; waits for the garbage collector to end its runs' },
      { resyncAfterSeconds: FOREGROUND_SECONDS },
    )
  }
  const dependents = dependentsOf('terraform', request)
  if (dependents === undefined) return wait({ message: 'is being deleted; waits to see what depends on this' })
  if (dependents.length > 0) {
    const message = `is being deleted; ${waitingMessage(`Terraform/${metadata.name}`, dependents)}`
    return wait({ message, blockers: dependents })
  }
  if (active !== undefined && active.step !== 'destroy') return awaitEnd(situation, facts, active)
  if (spec.value === undefined) {
    if (isRetained(request.parent.spec)) return wait({ message: 'is let go' }, { finalized: active === undefined })
    return wait({
      state: 'Error',
      message: `${spec.failure.message}; is being deleted, but how to destroy is not known; ${WAY_OUT}`,
    })
  }
  return destroy(situation, facts, spec.value)
}

/** Whether the way out is taken, be the rest of the spec what it may. */
function isRetained(spec: unknown): boolean {
  return typeof spec === 'object' && spec !== null && 'deletionPolicy' in spec && spec.deletionPolicy === 'retain'
}

function answer(
  situation: TerraformSituation,
  facts: TerraformFacts,
  report: Partial<TerraformReport> & { message: string },
  more: Partial<Answer>,
): Answer {
  const newest = situation.runs.at(-1)
  const known: TerraformReport = {
    state: 'Progressing',
    image: imageToDestroy(situation),
    deployed: situation.previous.deployed,
    ...(newest !== undefined && { run: runStatus(newest, facts, situation) }),
    outputs: readOutputs(situation.outputMap),
    ...report,
  }
  return {
    status: terraformStatus(situation, known, facts.now),
    children: keptChildren(situation),
    resyncAfterSeconds: ASK_AGAIN_SECONDS,
    finalized: false,
    ...more,
  }
}

/** The image of the newest deploy: its Jobs may be gone, the status is not. */
function imageToDestroy({ runs, previous }: TerraformSituation): string | undefined {
  return runs.findLast(({ step }) => step === 'deploy')?.image ?? previous.image
}

/** A deploy that goes on ends first; one that never started would never end, and has made nothing. */
function awaitEnd(situation: TerraformSituation, facts: TerraformFacts, run: Run): Answer {
  const { request } = situation
  const isGoing = run.job.metadata.deletionTimestamp != null
  if (facts.pods?.hasStarted === false && !run.hasFailedPods && !isGoing) {
    const message = `is being deleted; run '${run.name}' never started and is removed`
    const children = keptChildren(situation).filter(({ metadata }) => metadata.name !== run.name)
    return answer(situation, facts, { message }, { children, resyncAfterSeconds: 1 })
  }
  const message = runMessage(request.parent, run, runStatus(run, facts, situation))
  return answer(situation, facts, { message: `is being deleted; waits for the end of a run first: ${message}` }, {})
}

function destroy(situation: TerraformSituation, facts: TerraformFacts, spec: TerraformSpec): Answer {
  const { runs, request } = situation
  const script = spec.deletionPolicy === 'retain' ? undefined : spec.scripts.destroy
  const image = imageToDestroy(situation)
  const isWhole = script === undefined || image === undefined
  const running = situation.active
  if (isWhole && running === undefined) return answer(situation, facts, { message: 'is let go' }, { finalized: true })
  if (running !== undefined && isWhole) return awaitEnd(situation, facts, running)
  if (script === undefined || image === undefined)
    return answer(situation, facts, { message: 'is let go' }, { finalized: true })
  const command = attempt(() => parseCommand('scripts.destroy', script))
  if (command.value === undefined) {
    return answer(situation, facts, { state: 'Error', message: `${command.failure.message}; ${WAY_OUT}` }, {})
  }
  const wanted = (about: number) => {
    const input = { step: 'destroy' as const, image, command: command.value, about: String(about) }
    return { name: jobName(request.parent, spec, input), input }
  }
  if (running !== undefined) {
    // What waits for ever because its image is wrong gives way to an edit.
    if (wanted(running.attempt).name !== running.name) return awaitEnd(situation, facts, running)
    const message = runMessage(request.parent, running, runStatus(running, facts, situation))
    return answer(situation, facts, { message: `is being deleted; ${message}; ${WAY_OUT}` }, {})
  }
  const attempts = runs.filter(({ step }) => step === 'destroy')
  const newest = attempts.at(-1)
  // An attempt of just these inputs; after an edit the next one begins at once.
  const same = attempts.findLast(({ attempt: number, name }) => name === wanted(number).name)
  if (same?.outcome === 'succeeded') return answer(situation, facts, { message: 'is destroyed' }, { finalized: true })
  if (same !== undefined) {
    const left = pauseLeft(same, facts.now)
    if (left > 0) return failedDestroy(situation, facts, same, left)
  }
  const number = (newest?.attempt ?? 0) + 1
  const { name, input } = wanted(number)
  const { run, isDue, waitSeconds } = announcedRun(situation, name, facts.now)
  const report = { message: `is being deleted; starts run '${name}'`, run }
  if (!isDue) return answer(situation, facts, report, { resyncAfterSeconds: waitSeconds })
  const outdated = attempts.slice(0, -KEPT_ATTEMPTS).map(attempted => attempted.name)
  const kept = keptChildren(situation).filter(
    ({ kind, metadata }) => kind !== 'Secret' && !outdated.includes(metadata.name),
  )
  const secret = pullSecret(situation, facts.pullConfig)
  const made = job(request.parent, spec, { name, input, pullSecret: secret?.metadata.name, attempt: number })
  const children: DesiredChild[] = [...kept, secret, made].filter(child => child !== undefined)
  return answer(situation, facts, report, { children })
}

/** Seconds until a failed destroy is tried again: 1 min, 2 min, … up to 1 h after its end. */
function pauseLeft({ attempt: number, endedAt }: Run, now: string): number {
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (number - 1), LONGEST_PAUSE_SECONDS)
  const passed = (Date.parse(now) - Date.parse(endedAt)) / 1000
  // A clock that is ahead or behind makes the pause shorter or longer, never endless.
  return Number.isFinite(passed) ? Math.min(pause, Math.ceil(pause - passed)) : 0
}

function failedDestroy(situation: TerraformSituation, facts: TerraformFacts, run: Run, left: number): Answer {
  const status = runStatus(run, facts, situation)
  const message = `is being deleted, but ${runMessage(situation.request.parent, run, status)}; it is tried again after a pause; ${WAY_OUT}`
  return answer(situation, facts, { state: 'Failed', message, run: status }, { resyncAfterSeconds: left })
}
