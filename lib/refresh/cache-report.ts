/** How old a cache of the outside is, over all that is wanted of it now. */
export interface CacheReport {
  /** Entries whose newest refresh succeeded. */
  readonly fresh: number
  /** Entries whose newest refresh failed: an older answer is in use. */
  readonly stale: number
  /** Entries that never had an answer. */
  readonly empty: number
  /** Seconds since the answer came that is the oldest in use; 0 when there is none. */
  readonly oldestSeconds: number
}

/** What one entry of a cache tells of itself. */
interface Entry {
  readonly failure: unknown
  /** Milliseconds since its value came; undefined: it has none. */
  readonly ageMs: number | undefined
}

/** Sums up a cache in a few numbers, however many entries it has. */
export function cacheReport(entries: Iterable<Entry>): CacheReport {
  let [fresh, stale, empty, oldestMs] = [0, 0, 0, 0]
  for (const { failure, ageMs } of entries) {
    if (ageMs === undefined) empty++
    else if (failure === undefined) fresh++
    else stale++
    oldestMs = Math.max(oldestMs, ageMs ?? 0)
  }
  return { fresh, stale, empty, oldestSeconds: oldestMs / 1000 }
}
