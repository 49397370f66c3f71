import type { TerraformFacts } from './facts.js'
import { type FinalizeAnswer, awaitEnd, finalizeAnswer } from './finalize-answer.js'
import type { TerraformSituation } from './situation.js'

/** Far longer than watches lag, and than pods take to be looked at. */
const UNSEEN_SECONDS = 2
const UNKNOWN_SECONDS = 60

/**
 * Ends a deletion without destroying, as soon as no run is on its way: the Job of one that is announced may have been
 * made and not be observed yet, and a pod may outlive its Job.
 */
export function letGo(situation: TerraformSituation, facts: TerraformFacts): FinalizeAnswer {
  const { active, isAnnounced, previous, request } = situation
  if (active !== undefined) return awaitEnd(situation, facts, active)
  if (!isAnnounced || previous.run === undefined || !mayRun(situation, facts)) {
    return finalizeAnswer(situation, facts, { message: 'is let go' }, { finalized: true })
  }
  const { job, phase, requestedAt, image } = previous.run
  const { namespace } = request.parent.metadata
  const waitsFor = facts.leftovers?.length
    ? `pod '${facts.leftovers.join("', '")}'; where its node is lost: kubectl -n ${namespace} delete pod ${facts.leftovers.join(' ')} --force`
    : `run '${job}', which may have begun`
  const report = {
    message: `is being deleted; waits for the end of ${waitsFor}`,
    run: { job, phase, requestedAt, image },
  }
  return finalizeAnswer(situation, facts, report, { resyncAfterSeconds: UNSEEN_SECONDS })
}

/** Clocks that differ shorten the wait and never make it endless. */
function mayRun({ request, previous }: TerraformSituation, { now, leftovers }: TerraformFacts): boolean {
  const since = (time: unknown): number => Math.abs(Date.parse(now) - Date.parse(String(time))) / 1000
  const seconds = Math.min(since(request.parent.metadata.deletionTimestamp), since(previous.run?.requestedAt))
  return leftovers === undefined ? seconds < UNKNOWN_SECONDS : leftovers.length > 0 || seconds < UNSEEN_SECONDS
}
