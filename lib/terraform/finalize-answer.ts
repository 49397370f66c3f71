import type { FinalizeResponse } from '../metacontroller.js'
import { keptChildren, readOutputs } from './children.js'
import type { TerraformFacts } from './facts.js'
import { runMessage, runStatus, startedImage } from './run-message.js'
import type { Run } from './runs.js'
import { type TerraformSituation, hasNeverStarted } from './situation.js'
import type { TerraformStatus } from './spec.js'
import { type TerraformReport, terraformStatus } from './status.js'

/** How often a deletion that waits is looked at again. */
const ASK_AGAIN_SECONDS = 10

export type FinalizeAnswer = FinalizeResponse<TerraformStatus>

/** What is to be told; the rest is taken from the newest run. */
export type FinalizeReport = Partial<TerraformReport> & { readonly message: string }

/** The end of a deletion: the finalizer goes, and what is left with it. */
export const LET_GO = { finalized: true } as const

/** What ends a deletion whatever stands in its way. */
export const WAY_OUT = 'to let go without destroying, set spec.deletionPolicy to retain'

/** An answer to finalize that keeps everything and asks again, unless `more` says otherwise. */
export function finalizeAnswer(
  situation: TerraformSituation,
  facts: TerraformFacts,
  report: FinalizeReport,
  more: Partial<FinalizeAnswer> = {},
): FinalizeAnswer {
  const newest = situation.runs.at(-1)
  const known: TerraformReport = {
    state: 'Progressing',
    image: imageToDestroy(situation, facts),
    deployed: situation.previous.deployed,
    ...(newest !== undefined && { run: runStatus(newest, facts, situation) }),
    outputs: readOutputs(situation.outputMap),
    ...report,
  }
  return {
    status: terraformStatus(situation, known, facts),
    children: keptChildren(situation),
    resyncAfterSeconds: ASK_AGAIN_SECONDS,
    finalized: false,
    ...more,
  }
}

/** The image of the newest deploy that started: its Jobs may be gone, the status is not. */
export function imageToDestroy(situation: TerraformSituation, facts: TerraformFacts): string | undefined {
  const newest = situation.runs.findLast(({ step }) => step === 'deploy')
  return newest === undefined ? situation.previous.image : startedImage(situation, facts, newest)
}

/** A run that goes on ends first; one that never started would never end, and has made nothing. */
export function awaitEnd(situation: TerraformSituation, facts: TerraformFacts, run: Run): FinalizeAnswer {
  const isGoing = run.job.metadata.deletionTimestamp != null
  if (hasNeverStarted(situation, run, facts) && !isGoing) {
    if (isAllThereWas(situation, facts, run)) {
      return finalizeAnswer(situation, facts, { message: `run '${run.name}' never started: is let go` }, LET_GO)
    }
    const message = `is being deleted; run '${run.name}' never started and is removed`
    const children = keptChildren(situation).filter(({ metadata }) => metadata.name !== run.name)
    return finalizeAnswer(situation, facts, { message }, { children, resyncAfterSeconds: 1 })
  }
  const message = runMessage(situation.request.parent, run, runStatus(run, facts, situation))
  return finalizeAnswer(situation, facts, { message: `is being deleted; waits for the end of a run first: ${message}` })
}

/**
 * Whether a run that does not start, for a reason that a destroy would have too, is the first deploy there was: there is
 * nothing to destroy. One without a reason may start any moment.
 */
function isAllThereWas(situation: TerraformSituation, facts: TerraformFacts, run: Run): boolean {
  const { runs, previous } = situation
  const isFirst = run.step === 'deploy' && runs.length === 1 && previous.deployed === undefined
  const isSameImage = (previous.image ?? run.image) === run.image
  return isFirst && isSameImage && runStatus(run, facts, situation).reason !== undefined
}
