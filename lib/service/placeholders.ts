import { AlustanError } from '../errors.js'
import { mapValues } from '../map-values.js'

/**
 * Dollars of which one is taken away, or a placeholder: without a name when it is not written as one. Dollars are tried
 * from the first of a row only: else a long row that leads to nothing takes time in proportion to its square.
 */
const PLACEHOLDER =
  /(?<!\$)(\$\$+)(?=\{workspace\.)|\$\{workspace\.(?:([A-Za-z0-9][A-Za-z0-9._/-]*)(?::-([^{}]*))?\})?/g

const START = '${workspace.'
const CURE = 'write ${workspace.NAME} or ${workspace.NAME:-text}, or $${workspace. for the text itself'

/** Longest part of a placeholder that a message repeats. */
const MAX_SHOWN = 60

/** Deeper than any Helm chart, shallow enough for any stack. */
export const MAX_DEPTH = 100

/** What `fillPlaceholders` made, and the names it found no value for, sorted. */
export interface Filled<Value> {
  readonly value: Value
  readonly missing: readonly string[]
}

/**
 * Fills `${workspace.NAME}` and `${workspace.NAME:-default}` in every string of `spec.source`, deep in maps and lists;
 * `$${workspace.NAME}` becomes `${workspace.NAME}` (of several `$` one is taken away). Everything else keeps its type.
 * Throws `InvalidPlaceholder` for one that is not written as these, `InvalidSpec` for values nested beyond reason.
 */
export function fillPlaceholders<Value>(value: Value, lookUp: (name: string) => string | undefined): Filled<Value> {
  const missing = new Set<string>()
  const path: (string | number)[] = []

  function fillText(text: string): string {
    if (!text.includes('{workspace.')) return text
    return text.replace(
      PLACEHOLDER,
      (match: string, dollars?: string, name?: string, byDefault?: string, at?: number) => {
        if (dollars !== undefined) return dollars.slice(1)
        if (name === undefined) throw invalid(['spec.source', ...path].join('.'), text.slice(at))
        const found = lookUp(name) ?? byDefault
        if (found === undefined) missing.add(name)
        return found ?? match
      },
    )
  }

  function fillPart(part: unknown, key: string | number): unknown {
    path.push(key)
    const filled = fillAny(part)
    path.pop()
    return filled
  }

  function fillAny(part: unknown): unknown {
    if (typeof part === 'string') return fillText(part)
    if (typeof part !== 'object' || part === null) return part
    if (path.length >= MAX_DEPTH) {
      throw new AlustanError('InvalidSpec', `spec.source is nested deeper than ${MAX_DEPTH} levels; flatten its values`)
    }
    return Array.isArray(part) ? part.map(fillPart) : mapValues(part, fillPart)
  }

  // Strings become strings and all else stays: the shape is the same.
  return { value: fillAny(value) as Value, missing: [...missing].sort() }
}

/** What is wrong with the placeholder that `text` begins with. Its default is not shown: it may be a password. */
function invalid(field: string, text: string): AlustanError {
  const end = text.indexOf('}')
  const inner = text.slice(START.length, end === -1 ? undefined : end)
  const [name = ''] = inner.split(':-')
  const shown = `${START}${name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name}`.replace(/\s+/g, ' ')
  return new AlustanError('InvalidPlaceholder', `${field}: '${shown}' ${faultOf(inner, name, end)}; ${CURE}`)
}

function faultOf(inner: string, name: string, end: number): string {
  if (end === -1) return 'does not end'
  if (inner === '') return 'names no value'
  if (inner.includes('{')) return 'has braces within, which neither name nor default can hold'
  if (name === '') return 'has a default but no name'
  return 'has a name with other than letters, digits, ., _, - and /'
}
