import { setImmediate, setTimeout } from 'node:timers/promises'
import { AlustanError } from '../../lib/errors.js'
import { InvalidRequest } from '../../lib/metacontroller.js'

/** The longest that reading one input may take. */
export const LIMIT_MS = 100
/** How long an answer is waited for at all. */
const PATIENCE_MS = 20_000

/**
 * Reads the input and answers whether that is done in time; throws what is no failure of ours, also where nobody handled
 * it. The time is that of the processor, since a busy machine is not the reader's, and the best of three, since the
 * collector and the compiler of Node take theirs within it now and then.
 */
export async function isQuick(read: (input: string) => unknown, input: string): Promise<boolean> {
  const unhandled: unknown[] = []
  const note = (thrown: unknown) => unhandled.push(thrown)
  process.on('unhandledRejection', note)
  try {
    for (let tries = 0; tries < 3; tries++) {
      const taken = await milliseconds(read, input)
      // Rejections that nobody handles are told of between two turns of the event loop.
      await setImmediate()
      if (unhandled.length > 0) throw unhandled[0]
      if (taken < LIMIT_MS) return true
    }
    return false
  } finally {
    process.off('unhandledRejection', note)
  }
}

async function milliseconds(read: (input: string) => unknown, input: string): Promise<number> {
  const began = process.cpuUsage()
  try {
    const answer = read(input)
    if (answer instanceof Promise) await inTime(answer)
  } catch (thrown) {
    if (!(thrown instanceof AlustanError) && !(thrown instanceof InvalidRequest)) throw thrown
  }
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

async function inTime(answer: Promise<unknown>): Promise<void> {
  const aborter = new AbortController()
  const end = setTimeout(PATIENCE_MS, undefined, { signal: aborter.signal }).then(
    () => {
      throw new Error(`no answer in ${PATIENCE_MS} ms`)
    },
    () => undefined,
  )
  await Promise.race([answer, end]).finally(() => {
    aborter.abort()
  })
}
