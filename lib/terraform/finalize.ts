import { deletionOf } from '../dependencies/deletion.js'
import { destroyRuns } from './destroy.js'
import type { TerraformFacts } from './facts.js'
import { type FinalizeAnswer, type FinalizeReport, WAY_OUT, awaitEnd, finalizeAnswer } from './finalize-answer.js'
import { letGo } from './let-go.js'
import type { TerraformSituation } from './situation.js'

/** How often while the garbage collector deletes the children, which no event ends. */
const FOREGROUND_SECONDS = 2

/**
 * Takes a Terraform down: after all that depends on it and after a run that goes on, the destroy script runs with the
 * image that was deployed, until it succeeds; then the Terraform goes. No registry is needed for it.
 */
export function finalizeTerraform(situation: TerraformSituation, facts: TerraformFacts): FinalizeAnswer {
  const { request, spec } = situation
  const wait = (report: FinalizeReport, more?: Partial<FinalizeAnswer>) =>
    finalizeAnswer(situation, facts, report, more)
  if (request.parent.metadata.finalizers?.includes('foregroundDeletion') === true) {
    return wait(
      { message: 'is being deleted; waits for the garbage collector to end its runs' },
      { resyncAfterSeconds: FOREGROUND_SECONDS },
    )
  }
  const { blockers, deletedWith, message } = deletionOf('terraform', request, spec.value?.dependencies)
  if (blockers?.length !== 0) return wait({ message, deletedWith, blockers: blockers ?? [] })
  const ended = end(situation, facts)
  return deletedWith === undefined ? ended : { ...ended, status: { ...ended.status, deletedWith } }
}

/** What is left to do when nothing else needs the Terraform any more. */
function end(situation: TerraformSituation, facts: TerraformFacts): FinalizeAnswer {
  const { request, spec, active } = situation
  if (active !== undefined && active.step !== 'destroy') return awaitEnd(situation, facts, active)
  if (spec.value === undefined) {
    if (isRetained(request.parent.spec)) return letGo(situation, facts)
    const message = `${spec.failure.message}; is being deleted, but how to destroy is not known; ${WAY_OUT}`
    return finalizeAnswer(situation, facts, { state: 'Error', message })
  }
  return destroyRuns(situation, facts, spec.value)
}

/** Whether the way out is taken, be the rest of the spec what it may. */
function isRetained(spec: unknown): boolean {
  return typeof spec === 'object' && spec !== null && 'deletionPolicy' in spec && spec.deletionPolicy === 'retain'
}
