import type { AlustanError } from '../errors.js'

/** What the pause before the next scan of an image depends on. */
interface Wait {
  readonly failure: AlustanError | undefined
  /** Failures in a row. */
  readonly failures: number
  readonly intervalMs: number
  /** For how long the registry wants to be left alone. */
  readonly blockedMs: number
}

/** Intervals are shortened by up to this part, so that images do not all fall due at once. */
const JITTER = 0.06
/** Pauses after failures double from here to the interval; what people must cure begins slower. */
const FIRST_PAUSE_MS = 5000
const FIRST_PAUSE_OF_REFUSED_MS = 30_000

/** Milliseconds until the next scan; `random` gives numbers from 0 to 1. */
export function pauseMs({ failure, failures, intervalMs, blockedMs }: Wait, random: () => number): number {
  // Not all images of a host at the very moment when it may be asked again.
  const unblocked = blockedMs * (1 + random() / 10)
  if (failure === undefined) return Math.max(unblocked, intervalMs * (1 - JITTER * random()))
  const isRefused = failure.reason === 'AuthenticationFailed' || failure.reason === 'ImageNotFound'
  const pause = (isRefused ? FIRST_PAUSE_OF_REFUSED_MS : FIRST_PAUSE_MS) * 2 ** Math.min(failures - 1, 20)
  return Math.max(unblocked, Math.min(pause, intervalMs) * (1 - random() / 4))
}
