import type { LimitFunction } from 'p-limit'
import type { AlustanError } from '../errors.js'
import type { Clock } from '../refresh/clock.js'
import { keptMs, Refreshed } from '../refresh/refreshed.js'
import type { TagList } from './client.js'
import { createDoubts } from './doubts.js'
import { timesGone } from './lowering.js'
import type { ImageRepository } from './reference.js'
import type { Scan, ScanQuestion } from './scan.js'
import { parseTag } from './tag.js'

/** What came of one scan, for log and metrics. */
export interface ScanReport {
  readonly image: string
  readonly failure: AlustanError | undefined
  /** Tags that are known now. */
  readonly tags: number
  readonly ms: number
}

/** What an image needs to keep itself scanned. */
export interface ScannedImageDeps {
  readonly clock: Clock
  readonly limit: LimitFunction
  readonly listTags: () => Promise<TagList>
  readonly blockedMs: () => number
  readonly onScan: (report: ScanReport) => void
  /** Called when nobody asked for a while: it is scanned no more. */
  readonly onForgotten: () => void
}

/** Least time between two scans of which the second was brought forward by a doubt. */
const HURRY_MS = 30_000
/** The same where a user asked for the second. */
const REQUEST_MS = 5000
/** How many times as many scans have to miss a tag each time that it came back. */
const SCANS_MORE = 4
/** Requests that are remembered: one a resource that runs the image. */
const MAX_REQUESTS = 10_000

/** One image that is scanned again and again while somebody asks for it. */
export class ScannedImage {
  readonly repository: ImageRepository
  readonly #tags: Refreshed<TagList>
  readonly #doubts
  readonly #requests
  readonly #blockedMs: () => number

  constructor(repository: ImageRepository, deps: ScannedImageDeps) {
    const { name } = repository
    this.repository = repository
    this.#blockedMs = deps.blockedMs
    this.#doubts = createDoubts(deps.clock)
    this.#requests = createDoubts(deps.clock, MAX_REQUESTS)
    this.#tags = new Refreshed<TagList>({
      subject: `image '${name}'`,
      clock: deps.clock,
      limit: deps.limit,
      load: deps.listTags,
      blockedMs: deps.blockedMs,
      onRefresh: ({ failure, value, ms }) => {
        deps.onScan({ image: name, failure, tags: value?.tags.length ?? 0, ms })
      },
      onForgotten: deps.onForgotten,
    })
  }

  /** Why the newest scan gave nothing. */
  get failure(): AlustanError | undefined {
    return this.#tags.failure
  }

  /** Milliseconds since its tags came; undefined: none are known. */
  get ageMs(): number | undefined {
    return this.#tags.ageMs
  }

  /** Notes that it is wanted every so often, and a request; answers a promise while its first answer is still out. */
  ask(intervalMs: number, { requestedAt }: ScanQuestion): Promise<void> | undefined {
    // Before the first scan begins, so that this one will do.
    if (requestedAt !== undefined) this.#noteRequest(requestedAt)
    return this.#tags.ask(intervalMs)
  }

  /** What is known now. */
  scan({ runningTag, loweredFrom, requestedAt }: ScanQuestion): Scan {
    const known = this.#tags.value?.content
    return {
      tags: known?.tags,
      texts: known?.texts,
      failure: this.#tags.failure,
      isTruncated: known?.isTruncated ?? false,
      isRunningTagGone: runningTag !== undefined && this.#isGone(runningTag, timesGone(loweredFrom, runningTag)),
      ...(requestedAt !== undefined && this.#isAwaited(requestedAt) && { isAwaited: true }),
      ...(loweredFrom !== undefined && {
        isNewerThanLowering: this.#isNewerThanDoubt(`lowered from ${loweredFrom}`),
      }),
    }
  }

  /** The last scan that had begun when the request was first seen. By its text alone, never its time: clocks differ. */
  #noteRequest(requestedAt: string): number {
    return this.#requests.note(requestedAt, this.#tags.begun, keptMs(this.#tags.intervalMs() ?? 0))
  }

  /**
   * Whether the scan that answers the request is to be expected soon. One that fails answers it too: an outage has
   * pauses of its own, of which each request cuts short one.
   */
  #isAwaited(requestedAt: string): boolean {
    if (this.#tags.ended > this.#noteRequest(requestedAt)) return false
    this.#tags.hurry(REQUEST_MS)
    return this.#blockedMs() === 0
  }

  close(): void {
    this.#tags.close()
  }

  /**
   * A tag that was gone and came back has to be missed by ever more scans, so that it ends where two replicas are shown
   * different lists for ever.
   */
  #isGone(tag: string, times: number): boolean {
    const known = this.#tags.value
    if (known === undefined || parseTag(tag) === undefined) return false
    const doubt = `${tag} ${times}`
    if (known.content.texts.has(tag)) {
      this.#doubts.clear(doubt)
      return false
    }
    return this.#isNewerThanDoubt(doubt, SCANS_MORE ** times) && known.content.hasAllVersions
  }

  /** Whether so many scans succeeded that began after a doubt came up; if not, the next one comes sooner. */
  #isNewerThanDoubt(doubt: string, scans = 1): boolean {
    const interval = this.#tags.intervalMs() ?? 0
    const since = this.#doubts.note(doubt, this.#tags.begun, keptMs(interval))
    if ((this.#tags.value?.number ?? 0) >= since + scans) return true
    if (this.#tags.failure === undefined) this.#tags.hurry(Math.min(interval, HURRY_MS))
    return false
  }
}
