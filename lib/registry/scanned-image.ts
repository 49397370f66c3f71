import type { LimitFunction } from 'p-limit'
import { AlustanError } from '../errors.js'
import type { TagList } from './client.js'
import type { Clock } from './clock.js'
import { createDoubts } from './doubts.js'
import { pauseMs } from './pause.js'
import type { ImageRepository } from './reference.js'
import type { Scan } from './scan.js'
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

/** An interval counts as long as it was asked for within so many of it, and within this time at least. */
const KEPT_INTERVALS = 3
const KEPT_AT_LEAST_MS = 60_000
/** Least time between two scans of which the second was brought forward by a doubt. */
const HURRY_MS = 30_000

interface KnownTags extends TagList {
  readonly texts: ReadonlySet<string>
  /** Which scan found them, counted from 1. */
  readonly number: number
}

/** One image that is scanned again and again while somebody asks for it. */
export class ScannedImage {
  readonly repository: ImageRepository
  readonly #deps: ScannedImageDeps
  readonly #askedAt = new Map<number, number>()
  readonly #doubts
  #known: KnownTags | undefined
  #failure: AlustanError | undefined
  #failures = 0
  #begun = 0
  #begunAt = -Infinity
  #first: Promise<void> | undefined
  #isRunning = false
  #isClosed = false
  #dueAt = Infinity
  #cancel: (() => void) | undefined

  constructor(repository: ImageRepository, deps: ScannedImageDeps) {
    this.repository = repository
    this.#deps = deps
    this.#doubts = createDoubts(deps.clock)
  }

  /** Notes that it is wanted every so often; answers a promise while its first answer is still out. */
  ask(intervalMs: number): Promise<void> | undefined {
    this.#askedAt.set(intervalMs, this.#deps.clock.now())
    if (this.#first === undefined) this.#first = this.#run()
    else this.#bringForward(this.#begunAt + intervalMs)
    return this.#known === undefined && this.#failure === undefined ? this.#first : undefined
  }

  /** What is known now. */
  scan(runningTag: string | undefined): Scan {
    return {
      tags: this.#known?.tags,
      failure: this.#failure,
      isTruncated: this.#known?.isTruncated ?? false,
      isRunningTagGone: runningTag !== undefined && this.#isGone(runningTag),
    }
  }

  close(): void {
    this.#isClosed = true
    this.#cancel?.()
  }

  /** The shortest interval that was asked for lately: Services and Terraforms share an image. */
  #intervalMs(): number | undefined {
    for (const [interval, at] of this.#askedAt) {
      if (this.#deps.clock.now() - at > keptMs(interval)) this.#askedAt.delete(interval)
    }
    return this.#askedAt.size === 0 ? undefined : Math.min(...this.#askedAt.keys())
  }

  #schedule(at: number): void {
    const { clock } = this.#deps
    this.#cancel?.()
    this.#dueAt = at
    this.#cancel = clock.after(Math.max(0, at - clock.now()), () => {
      this.#wake()
    })
  }

  #bringForward(at: number): void {
    const soonest = Math.max(at, this.#deps.clock.now() + this.#deps.blockedMs())
    if (!this.#isRunning && soonest < this.#dueAt) this.#schedule(soonest)
  }

  #wake(): void {
    if (this.#intervalMs() !== undefined) {
      void this.#run()
    } else {
      this.close()
      this.#deps.onForgotten()
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    await this.#deps.limit(() => this.#scanOnce())
    this.#isRunning = false
    const { clock, blockedMs } = this.#deps
    const wait = {
      failure: this.#failure,
      failures: this.#failures,
      intervalMs: this.#intervalMs() ?? 0,
      blockedMs: blockedMs(),
    }
    if (!this.#isClosed) this.#schedule(clock.now() + pauseMs(wait, clock.random))
  }

  async #scanOnce(): Promise<void> {
    const { clock, listTags, onScan } = this.#deps
    const number = ++this.#begun
    this.#begunAt = clock.now()
    try {
      const found = await listTags()
      this.#known = { ...found, number, texts: new Set(found.tags.map(({ text }) => text)) }
      this.#failure = undefined
      this.#failures = 0
    } catch (cause) {
      this.#failure = cause instanceof AlustanError ? cause : internalError(this.repository, cause)
      this.#failures++
    }
    const tags = this.#known?.tags.length ?? 0
    onScan({ image: this.repository.name, failure: this.#failure, tags, ms: clock.now() - this.#begunAt })
  }

  #isGone(tag: string): boolean {
    if (this.#known === undefined || parseTag(tag) === undefined) return false
    if (this.#known.texts.has(tag)) {
      this.#doubts.clear(tag)
      return false
    }
    const interval = this.#intervalMs() ?? 0
    const missedAt = this.#doubts.note(tag, this.#begun, keptMs(interval))
    if (this.#known.number > missedAt && !this.#known.isTruncated) return true
    if (this.#failure === undefined) this.#bringForward(this.#begunAt + Math.min(interval, HURRY_MS))
    return false
  }
}

function keptMs(intervalMs: number): number {
  return Math.max(intervalMs * KEPT_INTERVALS, KEPT_AT_LEAST_MS)
}

/** A fault of our own must not end the scans of an image; whoever is told of the failure finds it as its cause. */
function internalError({ name }: ImageRepository, cause: unknown): AlustanError {
  return new AlustanError('InternalError', `image '${name}' cannot be scanned: an error in alustan, see its log`, {
    cause,
  })
}
