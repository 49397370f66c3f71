/** Longest time in which a new tag that is already in the cache stays unnoticed. */
const MAX_RESYNC_SECONDS = 300

/**
 * How long until Metacontroller asks again though nothing changed: a fifth of the scan interval, so that a new tag is
 * noticed soon after the scan that found it and 10,000 resources still ask only 170 times a second.
 */
export function resyncAfterSeconds(scanIntervalSeconds: number): number {
  return Math.min(MAX_RESYNC_SECONDS, Math.max(1, Math.round(scanIntervalSeconds / 5)))
}
