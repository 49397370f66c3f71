/** How long a host is left alone that says 429 without saying for how long, and the longest that it may ask for. */
const DEFAULT_MS = 60_000
const LONGEST_MS = 24 * 3_600_000

/** Milliseconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3: seconds or a date), at least 1,000. */
export function parseRetryAfter(header: string | null, nowMs: number): number {
  const text = header?.trim() ?? ''
  const asked = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(asked) ? DEFAULT_MS : Math.min(Math.max(asked, 1000), LONGEST_MS)
}
