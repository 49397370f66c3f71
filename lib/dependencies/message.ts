import { findCycle } from './cycle.js'
import { type Blocker, blockerId } from './spec.js'

const MAX_NAMED = 5

/** One sentence on what `self` waits for; a cycle is spelt out, since no waiting ends it. */
export function waitingMessage(self: string, blockers: readonly Blocker[]): string {
  const cycle = findCycle(self, blockers)
  if (cycle !== undefined) return `dependency cycle ${cycle}: none of these can start; remove one of the dependencies`
  const named = blockers.slice(0, MAX_NAMED).map(blocker => `${blockerId(blocker)}, which ${blocker.reason}`)
  const more = blockers.length - named.length
  return `waits for ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
