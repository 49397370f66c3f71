/** Milliseconds, randomness and timers, so that tests own the time. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** Calls back once; the answer cancels it. Does not keep the process alive. */
  readonly after: (ms: number, callback: () => void) => () => void
}

/** Longest delay of a timer in Node. */
const LONGEST_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_MS)).unref()
    return () => {
      clearTimeout(timer)
    }
  },
}
