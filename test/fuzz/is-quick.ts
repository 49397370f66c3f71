import { AlustanError } from '../../lib/errors.js'
import { InvalidRequest } from '../../lib/metacontroller.js'

/** The longest that reading one input may take. */
export const LIMIT_MS = 100

/**
 * Reads the input and answers whether that is done in time; throws what is no failure of ours. The time is that of the
 * processor, since a busy machine is not the reader's, and the best of three, since the collector and the compiler of
 * Node take theirs within it now and then.
 */
export function isQuick<Input>(read: (input: Input) => unknown, input: Input): boolean {
  for (let tries = 0; tries < 3; tries++) {
    if (milliseconds(() => read(input)) < LIMIT_MS) return true
  }
  return false
}

function milliseconds(read: () => unknown): number {
  const began = process.cpuUsage()
  try {
    read()
  } catch (thrown) {
    if (!(thrown instanceof AlustanError) && !(thrown instanceof InvalidRequest)) throw thrown
  }
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}
