import { AlustanError } from '../errors.js'
import { mapValues } from '../map-values.js'

/** Dollars of which one is taken away, or a placeholder: without a name when it is not written as one. */
const PLACEHOLDER =
  /(\$\$+)(?=\{workspace\.)|\$\{workspace\.(?:([A-Za-z0-9][A-Za-z0-9._/-]*)(?::-((?:(?!\$\{)[^}])*))?\})?/g

/** Deeper than any Helm chart, shallow enough for any stack. */
const MAX_DEPTH = 100

/** What `fillPlaceholders` made, and the names it found no value for, sorted. */
export interface Filled<Value> {
  readonly value: Value
  readonly missing: readonly string[]
}

/**
 * Fills `${workspace.NAME}` and `${workspace.NAME:-default}` in every string of `value`, deep in maps and lists;
 * `$${workspace.NAME}` becomes `${workspace.NAME}` (of several `$` one is taken away). Everything else keeps its type.
 * Throws `InvalidPlaceholder` for a placeholder without a proper end, `InvalidSpec` for values nested beyond reason.
 */
export function fillPlaceholders<Value>(value: Value, lookUp: (name: string) => string | undefined): Filled<Value> {
  const missing = new Set<string>()

  function fillText(text: string): string {
    if (!text.includes('{workspace.')) return text
    return text.replace(PLACEHOLDER, (match: string, dollars?: string, name?: string, byDefault?: string) => {
      if (dollars !== undefined) return dollars.slice(1)
      if (name === undefined) {
        throw new AlustanError(
          'InvalidPlaceholder',
          `source holds a placeholder that does not end: write \${workspace.NAME}, or $\${workspace. for the text itself`,
        )
      }
      const found = lookUp(name) ?? byDefault
      if (found === undefined) missing.add(name)
      return found ?? match
    })
  }

  function fillAny(part: unknown, depth: number): unknown {
    if (typeof part === 'string') return fillText(part)
    if (typeof part !== 'object' || part === null) return part
    if (depth > MAX_DEPTH) {
      throw new AlustanError('InvalidSpec', `source is nested deeper than ${MAX_DEPTH} levels; flatten its values`)
    }
    if (Array.isArray(part)) return part.map(item => fillAny(item, depth + 1))
    return mapValues(part, item => fillAny(item, depth + 1))
  }

  // Strings become strings and all else stays: the shape is the same.
  return { value: fillAny(value, 0) as Value, missing: [...missing].sort() }
}

/** Writes any text so that `fillPlaceholders` gives it back as it was. */
export function escapePlaceholders(text: string): string {
  return text.replace(/\$+\{workspace\./g, match => `$${match}`)
}
