import type { LimitFunction } from 'p-limit'
import { AlustanError } from '../errors.js'
import type { Clock } from './clock.js'
import { LONGEST_FAILED_MS, pauseMs } from './pause.js'

/** What came of one refresh, for log and metrics. */
export interface RefreshReport<T> {
  readonly failure: AlustanError | undefined
  /** What is known now, be it from an older refresh. */
  readonly value: T | undefined
  readonly ms: number
}

/** What a value needs to keep itself fresh. */
export interface RefreshedDeps<T> {
  /** What it is, for the message about a fault of our own: "image 'team/app'". */
  readonly subject: string
  readonly clock: Clock
  readonly limit: LimitFunction
  /** Asks outside; throws `AlustanError` when that gives nothing. */
  readonly load: () => Promise<T>
  /** For how many milliseconds more the outside wants to be left alone. */
  readonly blockedMs: () => number
  /** The interval that can be afforded where this one is wanted. */
  readonly affordableMs?: (wantedMs: number) => number
  readonly onRefresh: (report: RefreshReport<T>) => void
  /** Called when nobody asked for a while: it is refreshed no more. */
  readonly onForgotten: () => void
}

/** An interval counts as long as it was asked for within so many of it, and within this time at least. */
const KEPT_INTERVALS = 3
const KEPT_AT_LEAST_MS = 600_000

/** Something outside that is asked for again and again while somebody wants it; failures leave the older value. */
export class Refreshed<T> {
  readonly #deps: RefreshedDeps<T>
  readonly #wantedAt = new Map<number, number>()
  #value: { readonly content: T; readonly number: number; readonly at: number } | undefined
  #failure: AlustanError | undefined
  #failures = 0
  #begun = 0
  #ended = 0
  #begunAt = -Infinity
  #first: Promise<void> | undefined
  #isRunning = false
  #isClosed = false
  #dueAt = Infinity
  #cancel: (() => void) | undefined

  constructor(deps: RefreshedDeps<T>) {
    this.#deps = deps
  }

  /** The newest value, and which refresh found it, counted from 1. */
  get value(): { readonly content: T; readonly number: number } | undefined {
    return this.#value
  }

  /** Why the newest refresh gave nothing. */
  get failure(): AlustanError | undefined {
    return this.#failure
  }

  /** Milliseconds since the value came; undefined: there is none. */
  get ageMs(): number | undefined {
    return this.#value && this.#deps.clock.now() - this.#value.at
  }

  /** How many refreshes have begun. */
  get begun(): number {
    return this.#begun
  }

  /** How many have ended, be it with a failure. */
  get ended(): number {
    return this.#ended
  }

  /** Notes that it is wanted every so often; answers a promise while its first answer is still out. */
  ask(intervalMs: number): Promise<void> | undefined {
    this.#wantedAt.set(intervalMs, this.#deps.clock.now())
    if (this.#first === undefined) this.#first = this.#run()
    else this.#bringForward(this.#begunAt + this.#affordableMs(intervalMs))
    return this.#value === undefined && this.#failure === undefined ? this.#first : undefined
  }

  /** Asks again no later than so long after the newest refresh began. */
  hurry(ms: number): void {
    this.#bringForward(this.#begunAt + ms)
  }

  /** The shortest interval that was wanted lately: resources share a value. */
  intervalMs(): number | undefined {
    for (const [interval, at] of this.#wantedAt) {
      if (this.#deps.clock.now() - at > keptMs(interval)) this.#wantedAt.delete(interval)
    }
    return this.#wantedAt.size === 0 ? undefined : Math.min(...this.#wantedAt.keys())
  }

  close(): void {
    this.#isClosed = true
    this.#cancel?.()
  }

  #affordableMs(wantedMs: number): number {
    return this.#deps.affordableMs?.(wantedMs) ?? wantedMs
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
    if (this.intervalMs() !== undefined) {
      void this.#run()
    } else {
      this.close()
      this.#deps.onForgotten()
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    await this.#deps.limit(() => this.#refresh())
    this.#isRunning = false
    const { clock, blockedMs } = this.#deps
    const wantedMs = Math.min(this.intervalMs() ?? 0, this.#failure === undefined ? Infinity : LONGEST_FAILED_MS)
    const wait = {
      failure: this.#failure,
      failures: this.#failures,
      intervalMs: this.#affordableMs(wantedMs),
      blockedMs: blockedMs(),
    }
    if (!this.#isClosed) this.#schedule(clock.now() + pauseMs(wait, clock.random))
  }

  async #refresh(): Promise<void> {
    const { clock, load, onRefresh } = this.#deps
    const number = ++this.#begun
    this.#begunAt = clock.now()
    try {
      this.#value = { content: await load(), number, at: clock.now() }
      this.#failure = undefined
      this.#failures = 0
    } catch (cause) {
      this.#failure = cause instanceof AlustanError ? cause : internalError(this.#deps.subject, cause)
      this.#failures++
    }
    this.#ended = number
    onRefresh({ failure: this.#failure, value: this.#value?.content, ms: clock.now() - this.#begunAt })
  }
}

/** How long something wanted every so often is kept without being asked for. */
export function keptMs(intervalMs: number): number {
  return Math.max(intervalMs * KEPT_INTERVALS, KEPT_AT_LEAST_MS)
}

/** A fault of our own must not end the refreshes; whoever is told of the failure finds it as its cause. */
function internalError(subject: string, cause: unknown): AlustanError {
  return new AlustanError('InternalError', `${subject} cannot be read: an error in alustan, see its log`, { cause })
}
