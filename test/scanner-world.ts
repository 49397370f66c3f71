import { AlustanError } from '../lib/errors.js'
import type { Clock } from '../lib/refresh/clock.js'
import { imageRepository } from '../lib/registry/reference.js'
import { createScanner } from '../lib/registry/scanner.js'
import { parseTag } from '../lib/registry/tag.js'
import { endpoints, image } from './registry-lister.js'

/** A clock that moves only when it is told to. */
function manualClock() {
  let now = 0
  let timers: { at: number; callback: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    random: () => 0.5,
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.push(timer)
      return () => {
        timers = timers.filter(other => other !== timer)
      }
    },
  }
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))
  return {
    clock,
    settle,
    timers: () => timers.length,
    pass: async (ms: number) => {
      const end = now + ms
      for (;;) {
        const [next] = timers.sort((a, b) => a.at - b.at)
        if (next === undefined || next.at > end) break
        timers = timers.filter(other => other !== next)
        now = Math.max(now, next.at)
        next.callback()
        await settle()
      }
      now = end
    },
  }
}

/** A scanner over a client that answers from `tags`, counting scans. */
export function scannerOf(tags: string[]) {
  const time = manualClock()
  const state = {
    tags,
    failure: undefined as AlustanError | undefined,
    blockedMs: 0,
    scans: 0,
    isTruncated: false,
    hasAllVersions: true,
    hangs: false,
  }
  const scanner = createScanner({
    clock: time.clock,
    client: {
      blockedMs: () => state.blockedMs,
      async listTags() {
        state.scans++
        if (state.hangs) await new Promise(() => undefined)
        if (state.failure) throw state.failure
        return {
          tags: state.tags.map(parseTag).filter(tag => tag !== undefined),
          texts: new Set(state.tags),
          isTruncated: state.isTruncated,
          hasAllVersions: state.hasAllVersions,
          pages: 1,
          others: { count: 0, examples: [] },
        }
      },
    },
  })
  const read = (
    intervalSeconds = 300,
    runningTag?: string,
    name = 'team/app',
    requestedAt?: string,
    loweredFrom?: string,
  ) =>
    scanner.read(imageRepository(image('registry.example.com', name), endpoints), intervalSeconds, {
      runningTag,
      requestedAt,
      loweredFrom,
    })
  return { ...time, state, scanner, read }
}
