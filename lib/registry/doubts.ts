import type { Clock } from '../refresh/clock.js'

/** Tags that run though the known list lacks them: which scan was the last to have begun when each was first missed. */
export interface Doubts {
  /** The number of that scan; a doubt not renewed for `keptMs` is a new one. */
  note(tag: string, begun: number, keptMs: number): number
  clear(tag: string): void
}

/** Bound of memory: Services of one image run few different tags. */
const MAX_DOUBTS = 100

/** Scans are compared by number, not by time: only one that began after the doubt can settle it. */
export function createDoubts(clock: { now: Clock['now'] }, max = MAX_DOUBTS): Doubts {
  const doubts = new Map<string, { readonly begun: number; readonly at: number }>()
  return {
    note(tag, begun, keptMs) {
      const now = clock.now()
      const old = doubts.get(tag)
      const since = old !== undefined && now - old.at <= keptMs ? old.begun : begun
      doubts.delete(tag)
      doubts.set(tag, { begun: since, at: now })
      for (const oldest of doubts.keys()) {
        if (doubts.size <= max) break
        doubts.delete(oldest)
      }
      return since
    },
    clear: tag => doubts.delete(tag),
  }
}
