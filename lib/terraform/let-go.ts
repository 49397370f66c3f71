import type { TerraformFacts } from './facts.js'
import { type FinalizeAnswer, LET_GO, awaitEnd, finalizeAnswer } from './finalize-answer.js'
import type { TerraformSituation } from './situation.js'

/** Far longer than watches lag, and than pods take to be looked at. */
const UNSEEN_SECONDS = 2
const UNKNOWN_SECONDS = 60

/**
 * Ends a deletion without destroying, as soon as no run is on its way: the Job of one that is announced may have been
 * made and not be observed yet, and a pod may outlive its Job.
 */
export function letGo(situation: TerraformSituation, facts: TerraformFacts): FinalizeAnswer {
  const { active, isAnnounced, previous } = situation
  if (active !== undefined) return awaitEnd(situation, facts, active)
  if (!isAnnounced || previous.run === undefined || !mayRun(situation, facts)) {
    return finalizeAnswer(situation, facts, { message: 'is let go' }, LET_GO)
  }
  const { job, phase, requestedAt, image } = previous.run
  const pods = facts.leftovers?.length ? `pod '${facts.leftovers.join("', '")}'` : `run '${job}', which may have begun`
  const report = { message: `is being deleted; waits for the end of ${pods}`, run: { job, phase, requestedAt, image } }
  return finalizeAnswer(situation, facts, report, { resyncAfterSeconds: UNSEEN_SECONDS })
}

/** Clocks that differ shorten the wait and never make it endless. */
function mayRun({ request, previous }: TerraformSituation, { now, leftovers }: TerraformFacts): boolean {
  const since = (time: unknown): number => Math.abs(Date.parse(now) - Date.parse(String(time))) / 1000
  const seconds = Math.min(since(request.parent.metadata.deletionTimestamp), since(previous.run?.requestedAt))
  return leftovers === undefined ? seconds < UNKNOWN_SECONDS : leftovers.length > 0 || seconds < UNSEEN_SECONDS
}
