import type { Verdict } from '../conditions.js'
import { keptChild } from '../kept-child.js'
import type { DesiredChild } from '../metacontroller.js'
import { ANNOTATION } from '../names.js'
import { keptJobs, outputMap, pullSecretName } from './children.js'
import type { TerraformFacts } from './facts.js'
import type { WantedRun, WantedRuns } from './input.js'
import { job } from './job.js'
import { knownImage, runMessage, runStatus, startedImage } from './run-message.js'
import { type Run, isGoing } from './runs.js'
import { hasOtherSettings, lacksPullSecret } from './settings.js'
import { type TerraformSituation, announcedRun, hasNeverStarted, isRecorded, outputId } from './situation.js'
import type { TerraformSpec } from './spec.js'
import type { TerraformReport } from './status.js'

/** How far the runs are, and which Jobs there should be. */
export interface Progress {
  readonly jobs: readonly DesiredChild[]
  readonly outputMap: DesiredChild | undefined
  readonly report: TerraformReport
  readonly verdicts: readonly Verdict[]
  readonly resyncAfterSeconds?: number
}

/** How often the pods of a run are looked at: what keeps one from starting is seen only there. */
const LOOK_SECONDS = 10
const SOON_SECONDS = 1

/** Decides on the Jobs: what runs is waited for, then the deploy, then its report. */
export function progressRuns(
  situation: TerraformSituation,
  facts: TerraformFacts,
  spec: TerraformSpec,
  wanted: WantedRuns,
): Progress {
  const { runs, active, previous } = situation
  const { deploy, postDeploy } = wanted
  const context: Context = { situation, facts, spec, wanted }
  if (active !== undefined) return awaitRun(context, active)
  const deployed = runs.find(({ name }) => name === deploy.name)
  const newest = runs.findLast(({ step }) => step === 'deploy')
  if (deployed === undefined) {
    // Its Job may have been removed by hand: what succeeded is not run again.
    const isKnown = previous.deployed === deploy.name
    return isKnown ? report(context, postDeploy, undefined) : begin(context, deploy)
  }
  // Inputs that were deployed before others are deployed anew: the old record gives way to a new run of its name.
  if (deployed !== newest) return giveWay(context, deployed)
  if (deployed.outcome === 'failed') {
    return hasOtherSettings(context.spec, deployed) ? giveWay(context, deployed) : stay(context, deployed, 'Failed')
  }
  return report(context, postDeploy, deployed)
}

interface Context {
  readonly situation: TerraformSituation
  readonly facts: TerraformFacts
  readonly spec: TerraformSpec
  readonly wanted: WantedRuns
}

function currentNames({ wanted }: Context): string[] {
  return [wanted.deploy.name, wanted.postDeploy?.name].filter(name => name !== undefined)
}

function keptMap({ situation }: Context): DesiredChild | undefined {
  const { outputMap: map, request } = situation
  return map && keptChild(map, request.parent.metadata.namespace)
}

/** A run that goes on is never touched; only one that never started gives way to newer input. */
function awaitRun(context: Context, active: Run): Progress {
  const { situation, facts } = context
  const isWanted = currentNames(context).includes(active.name)
  const isOutdated = !isWanted || hasOtherSettings(context.spec, active) || lacksPullSecret(active, facts)
  if (isOutdated && hasNeverStarted(situation, active, facts) && !isGoing(active)) return giveWay(context, active)
  const state = active.name === context.wanted.postDeploy?.name ? 'Success' : 'Progressing'
  const note = isGoing(active)
    ? 'it is being deleted; its pod ends first'
    : isWanted
      ? undefined
      : 'newer input waits for its end'
  const deployed = state === 'Success' ? context.wanted.deploy.name : undefined
  return { ...stay(context, active, state, note, deployed), resyncAfterSeconds: LOOK_SECONDS }
}

function stay(context: Context, run: Run, state: TerraformReport['state'], note?: string, deployed?: string): Progress {
  const { situation, facts } = context
  const { parent } = situation.request
  const status = runStatus(run, facts, situation)
  const cure = `a change of the spec or of the annotation ${ANNOTATION.requestedAt} tries again`
  const parts = [runMessage(parent, run, status), note, state === 'Failed' ? cure : undefined]
  const message = parts.filter(part => part !== undefined).join('; ')
  return {
    jobs: keptJobs(situation, currentNames(context)),
    outputMap: keptMap(context),
    report: { state, message, image: startedImage(situation, facts, run), deployed, run: status },
    verdicts: [],
  }
}

function giveWay(context: Context, run: Run, deployed?: string): Progress {
  const { situation, facts } = context
  return {
    jobs: keptJobs(situation, currentNames(context), run.name),
    outputMap: keptMap(context),
    report: {
      state: 'Progressing',
      message: `run '${run.name}' gives way to a new one`,
      image: startedImage(situation, facts, run),
      deployed,
      run: runStatus(run, facts, situation),
    },
    verdicts: [],
    resyncAfterSeconds: SOON_SECONDS,
  }
}

function begin(context: Context, { name, input }: WantedRun, deployed?: string): Progress {
  const { situation, facts, spec } = context
  const { parent } = situation.request
  const { run, isDue, message, waitSeconds } = announcedRun(situation, { name, input }, facts)
  const pullSecret = pullSecretName(situation, facts.pullConfig)
  const kept = keptJobs(situation, currentNames(context))
  return {
    jobs: isDue ? [...kept, job(parent, spec, { name, input, pullSecret })] : kept,
    outputMap: keptMap(context),
    report: {
      state: deployed === undefined ? 'Progressing' : 'Success',
      message,
      image: knownImage(situation, facts),
      deployed,
      run,
    },
    verdicts: [],
    resyncAfterSeconds: isDue ? LOOK_SECONDS : waitSeconds,
  }
}

/** After the deploy: its report, whose outputs are read once and kept. `deployed` is undefined when its Job is gone. */
function report(context: Context, wanted: WantedRun | undefined, deployed: Run | undefined): Progress {
  const { situation, facts } = context
  const { name, input } = context.wanted.deploy
  const jobs = keptJobs(situation, currentNames(context))
  const done: TerraformReport = {
    state: 'Completed',
    message: wanted === undefined ? 'deployed' : 'deployed, and its outputs are kept',
    image: deployed?.image ?? input.image,
    deployed: name,
    run: { job: deployed?.name ?? name, phase: 'Succeeded' },
  }
  if (wanted === undefined) return { jobs, outputMap: undefined, report: done, verdicts: [] }
  const run = situation.runs.find(each => each.name === wanted.name)
  if (run === undefined) {
    const isKept =
      situation.outputMap?.metadata.annotations?.[ANNOTATION.outputOf]?.startsWith(`${wanted.name}@`) === true
    return isKept && deployed === undefined
      ? withOutputs(context, done, keptMap(context))
      : begin(context, wanted, name)
  }
  const newest = situation.runs.findLast(({ step }) => step === 'postdeploy')
  // The outputs that are kept are those of the newest report: one of a deploy or of arguments before gives way.
  const isOlder = run !== newest || (deployed !== undefined && run.createdAt < deployed.createdAt)
  if (isOlder) return giveWay(context, run, name)
  if (run.outcome === 'failed') {
    const isTriedAgain = hasOtherSettings(context.spec, run)
    return isTriedAgain ? giveWay(context, run, name) : stay(context, run, 'Failed', 'the deploy stands', name)
  }
  const ended = { ...done, run: runStatus(run, facts, situation) }
  if (isRecorded(run, situation.outputMap)) return withOutputs(context, ended, keptMap(context))
  if (facts.output !== undefined) return withOutputs(context, ended, outputMap(situation, run, facts.output))
  const waits: TerraformReport = {
    ...ended,
    state: 'Success',
    message: `deployed; reads the outputs of '${outputId(run)}'`,
  }
  const resyncAfterSeconds = facts.podFailure === undefined ? SOON_SECONDS : LOOK_SECONDS
  return { jobs, outputMap: keptMap(context), report: waits, verdicts: [], resyncAfterSeconds }
}

function withOutputs(context: Context, done: TerraformReport, map: DesiredChild | undefined): Progress {
  const fault = map?.metadata.annotations?.[ANNOTATION.outputFault]
  const type = 'OutputsValid'
  const jobs = keptJobs(context.situation, currentNames(context))
  if (fault === undefined) {
    const verdict: Verdict = { type, status: 'True', reason: 'Valid', message: 'the outputs of postDeploy are kept' }
    return { jobs, outputMap: map, report: done, verdicts: [verdict] }
  }
  const message = `deployed, but the output of postDeploy is not valid: ${fault}; older outputs stay`
  const verdict: Verdict = { type, status: 'False', reason: 'Invalid', message: fault }
  return { jobs, outputMap: map, report: { ...done, state: 'Success', message }, verdicts: [verdict] }
}
