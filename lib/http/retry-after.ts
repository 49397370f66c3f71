import { serverTime } from './server-time.js'

/** How long a host is left alone that says 429 without saying for how long, and the longest that it may ask for. */
const DEFAULT_MS = 60_000
const LONGEST_MS = 24 * 3_600_000

/**
 * Milliseconds that the `Retry-After` header of an answer asks for (RFC 9110, section 10.2.3: seconds, or a date by the
 * clock of who answered), at least 1,000.
 */
export function parseRetryAfter(headers: Headers): number {
  const text = headers.get('retry-after')?.trim() ?? ''
  const asked = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - serverTime(headers)
  return Number.isNaN(asked) ? DEFAULT_MS : Math.min(Math.max(asked, 1000), LONGEST_MS)
}
