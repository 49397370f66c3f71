import pLimit, { type LimitFunction } from 'p-limit'
import { type CacheReport, cacheReport } from '../refresh/cache-report.js'
import { systemClock, type Clock } from '../refresh/clock.js'
import { waitAtMost } from '../refresh/wait-at-most.js'
import type { RegistryClient } from './client.js'
import type { ImageRepository } from './reference.js'
import type { ImageScanner } from './scan.js'
import { ScannedImage, type ScanReport } from './scanned-image.js'

export interface ScannerDeps {
  readonly client: RegistryClient
  readonly clock?: Clock
  /** Told after each scan. */
  readonly onScan?: (report: ScanReport) => void
}

/** A scanner that tells how old its lists are. */
export interface ReportingScanner extends ImageScanner {
  cached(): CacheReport
}

/** Scans of one registry at a time, and how long a first `read` waits. */
const SCANS_PER_HOST = 4
const FIRST_ANSWER_MS = 1000

/**
 * Makes the cache of tag lists: one scan per image however many ask, repeated while somebody asks. Failures leave the
 * older list in place.
 */
export function createScanner({ client, clock = systemClock, onScan }: ScannerDeps): ReportingScanner {
  const images = new Map<string, ScannedImage>()
  const limits = new Map<string, LimitFunction>()
  const aborter = new AbortController()

  const forget = (key: string, { endpoint }: ImageRepository): void => {
    images.delete(key)
    if (![...images.values()].some(({ repository }) => repository.endpoint === endpoint)) limits.delete(endpoint)
  }

  const scannedImage = (repository: ImageRepository): ScannedImage => {
    const key = `${repository.endpoint} ${repository.path}`
    const known = images.get(key)
    if (known !== undefined) return known
    const limit = limits.get(repository.endpoint) ?? pLimit(SCANS_PER_HOST)
    limits.set(repository.endpoint, limit)
    const image = new ScannedImage(repository, {
      clock,
      limit,
      listTags: () => client.listTags(repository, aborter.signal),
      blockedMs: () => client.blockedMs(repository),
      onScan: onScan ?? (() => undefined),
      onForgotten: () => {
        forget(key, repository)
      },
    })
    images.set(key, image)
    return image
  }

  return {
    async read(repository, intervalSeconds, question = {}) {
      const image = scannedImage(repository)
      const first = image.ask(intervalSeconds * 1000, question)
      if (first !== undefined) await waitAtMost(first, FIRST_ANSWER_MS, clock)
      return image.scan(question)
    },
    cached: () => cacheReport(images.values()),
    close() {
      aborter.abort()
      for (const image of images.values()) image.close()
      images.clear()
    },
  }
}
