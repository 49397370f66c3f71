import type { Clock } from './clock.js'

/** Waits for an answer, but never longer than so many milliseconds. */
export function waitAtMost(answer: Promise<void>, ms: number, clock: Clock): Promise<void> {
  return new Promise(resolve => {
    const cancel = clock.after(ms, resolve)
    void answer.then(() => {
      cancel()
      resolve()
    })
  })
}
