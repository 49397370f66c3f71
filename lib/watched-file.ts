import { readFile, stat } from 'node:fs/promises'
import { AlustanError } from './errors.js'

export interface WatchedFile<T> {
  readonly path: string
  /** The variable that names it, for the cure in a message. */
  readonly variable: string
  /** Reads its text; `source` is what messages call it. Throws `AlustanError` when that is bad. */
  readonly parse: (text: string, source: string) => T
  /** What counts until the file is good for the first time. */
  readonly initial: T
  readonly onFault: (fault: AlustanError) => void
}

/**
 * Makes a reader of a file that reads it again when it changed (a mounted Secret swaps a link). While the file is
 * missing or bad the last good one counts; each new fault is told once.
 */
export function watchedFile<T>({ path, variable, parse, initial, onFault }: WatchedFile<T>): () => Promise<T> {
  let content = initial
  let version: string | undefined
  let fault: string | undefined
  return async () => {
    try {
      const { mtimeMs, size, ino } = await stat(path)
      const newest = `${mtimeMs} ${size} ${ino}`
      if (newest === version) return content
      content = parse(await readFile(path, 'utf8'), `file '${path}'`)
      version = newest
      fault = undefined
    } catch (cause) {
      const error = asFault(cause, path, variable)
      if (error.message !== fault) onFault(error)
      fault = error.message
    }
    return content
  }
}

function asFault(cause: unknown, path: string, variable: string): AlustanError {
  if (cause instanceof AlustanError) return cause
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return new AlustanError('InvalidInput', `file '${path}' cannot be read${code}; check ${variable}`, { cause })
}
