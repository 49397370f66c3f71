import type { Timers } from './timers.js'

const BASE_DELAY_MS = 5
const MAX_DELAY_MS = 1_000_000

/** Keys to be worked on: each once however often it is added, never two workers on one key. */
export interface WorkQueue {
  add(key: string): void
  /** Adds a key later; of several times that wait for one key the first counts. */
  addAfter(key: string, milliseconds: number): void
  /** Adds a key after 5 ms · 2ⁿ, at most 1000 s; n counts until `forget`. */
  addRateLimited(key: string): void
  forget(key: string): void
  /** Adds keys at an interval. */
  addEvery(milliseconds: number, keys: () => string[]): void
  take(): string | undefined
  /** Every key that was taken must be given back. */
  done(key: string): void
  isIdle(): boolean
  stop(): void
}

/** A queue that tells `ready` whenever there is something to take. Rule: client-go's rate-limiting work queue. */
export function workQueue(timers: Timers, ready: () => void): WorkQueue {
  const waiting = new Set<string>()
  const taken = new Set<string>()
  const failures = new Map<string, number>()
  const later = new Map<string, { at: number; cancel: () => void }>()
  let isStopped = false
  let cancelEvery = (): void => undefined

  const add = (key: string): void => {
    if (isStopped || waiting.has(key)) return
    waiting.add(key)
    if (!taken.has(key)) ready()
  }
  const addAfter = (key: string, milliseconds: number): void => {
    const at = timers.now() + milliseconds
    const known = later.get(key)
    if (isStopped || (known !== undefined && known.at <= at)) return
    known?.cancel()
    const cancel = timers.after(milliseconds, () => {
      later.delete(key)
      add(key)
    })
    later.set(key, { at, cancel })
  }
  const firstFree = (): string | undefined => {
    for (const key of waiting) if (!taken.has(key)) return key
    return undefined
  }
  return {
    add,
    addAfter,
    addRateLimited(key) {
      const count = failures.get(key) ?? 0
      failures.set(key, count + 1)
      addAfter(key, Math.min(BASE_DELAY_MS * 2 ** count, MAX_DELAY_MS))
    },
    addEvery(milliseconds, keys) {
      const again = (): void => {
        cancelEvery = timers.after(milliseconds, () => {
          again()
          keys().forEach(add)
        })
      }
      again()
    },
    forget: key => void failures.delete(key),
    take() {
      const key = firstFree()
      if (key === undefined || isStopped) return undefined
      waiting.delete(key)
      taken.add(key)
      return key
    },
    done(key) {
      taken.delete(key)
      if (waiting.has(key)) ready()
    },
    isIdle: () => waiting.size === 0 && taken.size === 0,
    stop() {
      isStopped = true
      cancelEvery()
      for (const { cancel } of later.values()) cancel()
    },
  }
}
