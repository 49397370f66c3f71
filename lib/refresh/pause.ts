import type { AlustanError, Reason } from '../errors.js'

/** What the pause before the next refresh depends on. */
interface Wait {
  readonly failure: AlustanError | undefined
  /** Failures in a row. */
  readonly failures: number
  readonly intervalMs: number
  /** For how long the outside wants to be left alone. */
  readonly blockedMs: number
}

/** Intervals are shortened by up to this part, so that not all fall due at once. */
const JITTER = 0.06
/** Pauses after failures double from here to the interval; what people must cure begins slower. */
const FIRST_PAUSE_MS = 5000
const FIRST_PAUSE_OF_REFUSED_MS = 30_000
/** What failed is wanted as often as this at least, however long its interval: a cure should be seen soon. */
export const LONGEST_FAILED_MS = 600_000
const REFUSALS: ReadonlySet<Reason> = new Set([
  'AuthenticationFailed',
  'ImageNotFound',
  'GitHubAuthenticationFailed',
  'GitHubForbidden',
  'GitRepositoryNotFound',
])

/** Milliseconds until the next refresh; `random` gives numbers from 0 to 1. */
export function pauseMs({ failure, failures, intervalMs, blockedMs }: Wait, random: () => number): number {
  // Not all images of a host at the very moment when it may be asked again.
  const unblocked = blockedMs * (1 + random() / 10)
  if (failure === undefined) return Math.max(unblocked, intervalMs * (1 - JITTER * random()))
  const pause =
    (REFUSALS.has(failure.reason) ? FIRST_PAUSE_OF_REFUSED_MS : FIRST_PAUSE_MS) * 2 ** Math.min(failures - 1, 20)
  return Math.max(unblocked, Math.min(pause, intervalMs) * (1 - random() / 4))
}
