/** Time as the engine sees it, so that tests can own it. */
export interface Timers {
  /** Milliseconds since 1970. */
  now: () => number
  /** Runs something later, once; the returned function cancels it. */
  after(milliseconds: number, run: () => void): () => void
}

/** The machine's own time; waiting does not keep the process alive. */
export const realTimers: Timers = {
  now: () => Date.now(),
  after(milliseconds, run) {
    // Node fires at once what is longer than 2^31 - 1 ms.
    const timer = setTimeout(run, Math.min(milliseconds, 0x7fffffff)).unref()
    return () => {
      clearTimeout(timer)
    }
  },
}

/** Time that stands still until a test moves it. */
export interface VirtualTimers extends Timers {
  /** Moves to the next thing that is due, within a span, and runs it; false when there is none. */
  next(withinMilliseconds?: number): boolean
  /** Moves by a span and runs what is due on the way. */
  advance(milliseconds: number): void
}

/** Timers for tests: things due at the same time run in the order in which they were asked for. */
export function virtualTimers(start = Date.UTC(2026, 0, 1)): VirtualTimers {
  let time = start
  const waiting: { at: number; run: () => void }[] = []
  /** Where the first entry is that is due later, by halving. */
  const firstAfter = (at: number): number => {
    let [low, high] = [0, waiting.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((waiting[middle]?.at ?? Infinity) > at) high = middle
      else low = middle + 1
    }
    return low
  }
  const next = (withinMilliseconds = Infinity): boolean => {
    const first = waiting[0]
    if (first === undefined || first.at > time + withinMilliseconds) return false
    waiting.shift()
    time = first.at
    first.run()
    return true
  }
  return {
    now: () => time,
    after(milliseconds, run) {
      const entry = { at: time + Math.max(0, milliseconds), run }
      waiting.splice(firstAfter(entry.at), 0, entry)
      return () => {
        const index = waiting.lastIndexOf(entry, firstAfter(entry.at))
        if (index !== -1) waiting.splice(index, 1)
      }
    },
    next,
    advance(milliseconds) {
      const end = time + milliseconds
      while (next(end - time));
      time = end
    },
  }
}
