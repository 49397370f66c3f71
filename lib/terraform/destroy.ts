import { attempt } from '../errors.js'
import type { DesiredChild } from '../metacontroller.js'
import { keptChildren, pullSecret, pullSecretName } from './children.js'
import { type Command, parseCommand } from './command.js'
import type { TerraformFacts } from './facts.js'
import { type FinalizeAnswer, WAY_OUT, awaitEnd, finalizeAnswer, imageToDestroy } from './finalize-answer.js'
import { letGo } from './let-go.js'
import type { WantedRun } from './input.js'
import { job, jobName } from './job.js'
import { runMessage, runStatus } from './run-message.js'
import type { Run } from './runs.js'
import { hasOtherSettings, lacksPullSecret } from './settings.js'
import { type TerraformSituation, announcedRun } from './situation.js'
import type { TerraformSpec } from './spec.js'

/** Pause after the first failed destroy; it doubles up to the longest. */
const FIRST_PAUSE_SECONDS = 60
const LONGEST_PAUSE_SECONDS = 3600

/** How many failed attempts are kept as record. */
const KEPT_ATTEMPTS = 2

interface Context {
  readonly situation: TerraformSituation
  readonly facts: TerraformFacts
  readonly spec: TerraformSpec
  /** The run of an attempt of this number, with the inputs of now. */
  readonly wanted: (attempt: number) => WantedRun
}

/** Runs the destroy script until it succeeds; without one, without a deploy, or told to retain, a run only ends first. */
export function destroyRuns(situation: TerraformSituation, facts: TerraformFacts, spec: TerraformSpec): FinalizeAnswer {
  const { active } = situation
  const script = spec.deletionPolicy === 'retain' ? undefined : spec.scripts.destroy
  const image = imageToDestroy(situation, facts)
  if (script === undefined || image === undefined) return letGo(situation, facts)
  const command = attempt(() => parseCommand('scripts.destroy', script))
  if (command.value === undefined) {
    return finalizeAnswer(situation, facts, { state: 'Error', message: `${command.failure.message}; ${WAY_OUT}` })
  }
  const context: Context = {
    situation,
    facts,
    spec,
    wanted: about => wantedDestroy(situation, spec, image, command.value, about),
  }
  return active === undefined ? nextAttempt(context) : awaitAttempt(context, active)
}

function wantedDestroy(
  { request }: TerraformSituation,
  spec: TerraformSpec,
  image: string,
  command: Command,
  about: number,
): WantedRun {
  const input = { step: 'destroy' as const, image, command, about: String(about) }
  return { name: jobName(request.parent, spec, input), input }
}

/** An attempt that goes on ends first; what waits for ever because its image is wrong gives way to an edit. */
function awaitAttempt({ situation, facts, spec, wanted }: Context, running: Run): FinalizeAnswer {
  const isOutdated = hasOtherSettings(spec, running) || lacksPullSecret(running, facts)
  if (isOutdated || wanted(running.attempt).name !== running.name) return awaitEnd(situation, facts, running)
  const told = runMessage(situation.request.parent, running, runStatus(running, facts, situation))
  const message = withObstacle(situation, facts, `is being deleted; ${told}; ${WAY_OUT}`)
  return finalizeAnswer(situation, facts, { message })
}

function nextAttempt(context: Context): FinalizeAnswer {
  const { situation, facts, spec, wanted } = context
  const attempts = situation.runs.filter(({ step }) => step === 'destroy')
  // An attempt of just these inputs; after an edit the next one begins at once.
  const same = attempts.findLast(({ attempt: number, name }) => name === wanted(number).name)
  if (same?.outcome === 'succeeded') {
    return finalizeAnswer(situation, facts, { message: 'is destroyed' }, { finalized: true })
  }
  // What a replica whose clock is ahead has announced is not taken back by one whose clock is behind.
  const isAnnounced = situation.previous.run?.job === wanted(nextNumber(attempts)).name
  if (same !== undefined && !isAnnounced && !hasOtherSettings(spec, same)) {
    const left = pauseLeft(same, facts.now)
    if (left > 0) return failedDestroy(context, same, left)
  }
  return begin(context, attempts)
}

function begin({ situation, facts, spec, wanted }: Context, attempts: readonly Run[]): FinalizeAnswer {
  const number = nextNumber(attempts)
  const { name, input } = wanted(number)
  const { run, isDue, message, waitSeconds } = announcedRun(situation, { name, input }, facts)
  const report = { message: withObstacle(situation, facts, `is being deleted; ${message}`), run }
  if (!isDue) return finalizeAnswer(situation, facts, report, { resyncAfterSeconds: waitSeconds })
  const outdated = attempts.slice(0, -KEPT_ATTEMPTS).map(attempted => attempted.name)
  const kept = keptChildren(situation).filter(
    ({ kind, metadata }) => kind !== 'Secret' && !outdated.includes(metadata.name),
  )
  const secret = pullSecret(situation, facts.pullConfig)
  const made = job(situation.request.parent, spec, {
    name,
    input,
    pullSecret: pullSecretName(situation, facts.pullConfig),
    attempt: number,
  })
  const children: DesiredChild[] = [...kept, secret, made].filter(child => child !== undefined)
  return finalizeAnswer(situation, facts, report, { children })
}

/** What keeps a run from its pull Secret is told with everything about it. */
function withObstacle({ obstacles }: TerraformSituation, { pullConfig }: TerraformFacts, message: string): string {
  const obstacle = pullConfig === undefined ? undefined : obstacles.pullSecret
  return obstacle === undefined ? message : `${message}; ${obstacle.message}`
}

function nextNumber(attempts: readonly Run[]): number {
  return (attempts.at(-1)?.attempt ?? 0) + 1
}

/** Seconds until a failed destroy is tried again: 1 min, 2 min, … up to 1 h after its end. */
function pauseLeft({ attempt: number, endedAt }: Run, now: string): number {
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (number - 1), LONGEST_PAUSE_SECONDS)
  const passed = (Date.parse(now) - Date.parse(endedAt)) / 1000
  // A clock that is ahead or behind makes the pause shorter or longer, never endless.
  return Number.isFinite(passed) ? Math.min(pause, Math.ceil(pause - passed)) : 0
}

function failedDestroy({ situation, facts }: Context, run: Run, left: number): FinalizeAnswer {
  const status = runStatus(run, facts, situation)
  const told = runMessage(situation.request.parent, run, status)
  const outlook = `it is tried again after a pause; ${WAY_OUT}`
  const message = withObstacle(situation, facts, `is being deleted, but ${told}; ${outlook}`)
  return finalizeAnswer(situation, facts, { state: 'Failed', message, run: status }, { resyncAfterSeconds: left })
}
