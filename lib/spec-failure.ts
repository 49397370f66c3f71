import type { z } from 'zod'
import { AlustanError } from './errors.js'

const MAX_FAULTS = 5

/** What is wrong with one field, as a sentence that begins with its path and says the cure. */
export function faultText({ path, message }: Pick<z.core.$ZodIssue, 'path' | 'message'>): string {
  const field = ['spec', ...path].map(String).join('.')
  const [, expected, received] = /expected (\w+), received (\w+)/.exec(message) ?? []
  if (expected === undefined) return `${field}: ${message}`
  const wanted = expected === 'record' ? 'map' : expected
  return received === 'undefined'
    ? `${field} is missing; add it, ${article(wanted)}`
    : `${field} is no ${wanted}; write ${article(wanted)}`
}

/** Makes one `InvalidSpec` of all that a schema found wrong, each fault with its path in the manifest. */
export function specFailure(error: z.ZodError): AlustanError {
  const faults = error.issues.map(faultText)
  const more = faults.length - MAX_FAULTS
  const rest = more > 0 ? `; and ${more} more` : ''
  return new AlustanError('InvalidSpec', faults.slice(0, MAX_FAULTS).join('; ') + rest, { cause: error })
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
}
