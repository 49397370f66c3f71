import { parseRetryAfter } from '../http/retry-after.js'
import { serverTime } from '../http/server-time.js'

/** How often one token may ask one host, as far as the answers tell. */
export interface Quota {
  /** Learns from an answer; answers whether it was a refusal because of the quota. */
  note(answer: { readonly status: number; readonly headers: Headers; readonly body: string }): boolean
  /** For how many milliseconds more nothing may be asked. */
  blockedMs(): number
  /** Least milliseconds from one request to the next for the quota to last; 0 while it is plentiful. */
  paceMs(): number
}

/** Requests an hour without a token, from one address. */
const ANONYMOUS_PER_HOUR = 60
const HOUR_MS = 3_600_000
/** Below this part of its quota a token is used no faster than the quota lasts. */
const SCARCE = 0.25
/** Part of the quota that is left to others who use the same token or address. */
const LEFT_TO_OTHERS = 0.1
/** First pause after a secondary limit that does not say for how long; it doubles. */
const SECONDARY_MS = 60_000
const MAX_DOUBLINGS = 4
const LONGEST_MS = 24 * HOUR_MS

interface Window {
  readonly limit: number
  readonly remaining: number
  readonly endsAt: number
}

/**
 * Makes the quota of one token (docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api). `now` gives
 * milliseconds on a clock that never goes back; GitHub's own clock is read from its answers.
 */
export function createQuota(isAnonymous: boolean, now: () => number): Quota {
  let window: Window | undefined
  let isUnlimited = false
  let blockedUntil = 0
  let secondaryInARow = 0

  const block = (ms: number): void => {
    blockedUntil = Math.max(blockedUntil, now() + Math.min(Math.max(ms, 1000), LONGEST_MS))
  }

  return {
    note({ status, headers, body }) {
      const found = readWindow(headers, now())
      if (found !== undefined) window = found
      if (status < 400) {
        isUnlimited = found === undefined
        secondaryInARow = 0
      }
      const isSpent = found?.remaining === 0
      if (isSpent && status < 400) block(found.endsAt - now())
      if (status !== 403 && status !== 429) return false
      if (headers.has('retry-after')) {
        block(parseRetryAfter(headers))
      } else if (isSpent) {
        block(found.endsAt - now())
      } else if (status === 429 || /secondary rate limit|abuse detection/i.test(body)) {
        block(SECONDARY_MS * 2 ** Math.min(secondaryInARow++, MAX_DOUBLINGS))
      } else {
        return false
      }
      return true
    },
    blockedMs: () => Math.max(0, blockedUntil - now()),
    paceMs() {
      if (isUnlimited) return 0
      const limit = window?.limit ?? (isAnonymous ? ANONYMOUS_PER_HOUR : Infinity)
      if (isAnonymous) return HOUR_MS / (limit * (1 - LEFT_TO_OTHERS))
      if (window === undefined || window.remaining > limit * SCARCE || window.endsAt <= now()) return 0
      return (window.endsAt - now()) / Math.max(1, window.remaining - limit * LEFT_TO_OTHERS)
    },
  }
}

function readWindow(headers: Headers, now: number): Window | undefined {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map(name => {
    const text = headers.get(`x-ratelimit-${name}`) ?? ''
    return /^\d{1,12}$/.test(text) ? Number(text) : undefined
  })
  if (limit === undefined || limit === 0 || remaining === undefined || reset === undefined) return undefined
  return { limit, remaining, endsAt: now + Math.max(0, reset * 1000 - serverTime(headers)) }
}
