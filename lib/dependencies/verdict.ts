import type { Verdict } from '../conditions.js'
import { waitingMessage } from './message.js'
import { findCycle } from './cycle.js'
import type { Blocker } from './spec.js'

/** The condition DependenciesReady of `self` (`Kind/name`). */
export function dependencyVerdict(self: string, blockers: readonly Blocker[]): Verdict {
  const type = 'DependenciesReady'
  if (blockers.length === 0) {
    return { type, status: 'True', reason: 'Ready', message: 'everything that this depends on is ready' }
  }
  const reason = findCycle(self, blockers) === undefined ? 'NotReady' : 'DependencyCycle'
  return { type, status: 'False', reason, message: waitingMessage(self, blockers) }
}
