import type { Clock } from '../lib/refresh/clock.js'
import { virtualTimers } from '../lib/engine/timers.js'

/** A clock that a test moves, over requests that are real: time stands still while one is under way. */
export function virtualClock(fetch: typeof globalThis.fetch, random = () => 0.5) {
  const timers = virtualTimers()
  let underway = 0
  const clock: Clock = { now: timers.now, random, after: timers.after.bind(timers) }
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 5; quiet = underway > 0 ? 0 : quiet + 1) {
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  return {
    clock,
    settle,
    fetch: (async (...given) => {
      underway++
      return fetch(...given)
    }) satisfies typeof globalThis.fetch,
    /** To be told of each request that ended, with the body of its answer. */
    onRequest: () => {
      underway--
    },
    /** Moves time, and lets everything that falls due end before what falls due later begins. */
    pass: async (ms: number): Promise<void> => {
      const end = timers.now() + ms
      while (timers.next(end - timers.now())) await settle()
      timers.advance(end - timers.now())
    },
  }
}
