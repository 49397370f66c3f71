import type { FinalizeResponse } from '../metacontroller.js'
import { keptChildren, readOutputs } from './children.js'
import type { TerraformFacts } from './facts.js'
import { runMessage, runStatus, startedImage } from './run-message.js'
import { type Run, isGoing } from './runs.js'
import { type TerraformSituation, hasNeverStarted } from './situation.js'
import type { TerraformStatus } from './spec.js'
import { type TerraformReport, terraformStatus } from './status.js'

/** How often a deletion that waits is looked at again. */
const ASK_AGAIN_SECONDS = 10

export type FinalizeAnswer = FinalizeResponse<TerraformStatus>

/** What is to be told; the rest is taken from the newest run. */
export type FinalizeReport = Partial<TerraformReport> & { readonly message: string }

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

/**
 * The image to destroy with: that of the newest deploy that started, which the status keeps when its Jobs are gone.
 * Undefined when no container of any ever did: nothing was made. A run that is announced may have begun.
 */
export function imageToDestroy(situation: TerraformSituation, facts: TerraformFacts): string | undefined {
  const { runs, previous, isAnnounced } = situation
  const newest = runs.findLast(({ step }) => step === 'deploy')
  if (newest !== undefined) return startedImage(situation, facts, newest)
  return previous.image ?? (isAnnounced ? previous.run?.image : undefined)
}

/** A run that goes on ends first; one that never started would never end, and has made nothing. */
export function awaitEnd(situation: TerraformSituation, facts: TerraformFacts, run: Run): FinalizeAnswer {
  const status = runStatus(run, facts, situation)
  if (hasNeverStarted(situation, run, facts) && !isGoing(run)) {
    const message = `is being deleted; run '${run.name}' never started and is removed`
    const children = keptChildren(situation).filter(({ metadata }) => metadata.name !== run.name)
    // Without a reason not to start it may start this moment: then what it made is destroyed.
    const image = imageToDestroy(situation, facts) ?? (status.reason === undefined ? run.image : undefined)
    return finalizeAnswer(situation, facts, { message, image }, { children, resyncAfterSeconds: 1 })
  }
  const message = runMessage(situation.request.parent, run, status)
  return finalizeAnswer(situation, facts, { message: `is being deleted; waits for the end of a run first: ${message}` })
}
