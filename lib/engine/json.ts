/** Whether a value of JSON is an object (no list, no null). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A deep copy of a value of JSON; fields that are undefined are left out. */
export function copy<Value>(value: Value): Value {
  return copyAny(value) as Value // the copy has the shape of what was copied
}

function copyAny(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyAny)
  const fields = value as Record<string, unknown> // an object that is no list
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(fields)) {
    if (fields[key] !== undefined) result[key] = copyAny(fields[key])
  }
  return result
}

/** Whether two values of JSON are the same; the order of fields does not count. */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, i) => isSame(item, right[i]))
  }
  if (!isRecord(left) || !isRecord(right)) return false
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every(key => key in right && isSame(left[key], right[key]))
}

/** JSON with sorted keys, `<`, `>` and `&` escaped: byte for byte what Go's encoder writes of the same value. */
export function goJson(value: unknown): string {
  return JSON.stringify(sorted(value)).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key])]),
  )
}

/** The same object without some of its optional fields. */
export function without<Fields extends object>(object: Fields, ...fields: readonly string[]): Fields {
  if (!fields.some(field => field in object)) return { ...object }
  // Built anew: an object that fields are deleted from is slow ever after.
  return Object.fromEntries(Object.entries(object).filter(([key]) => !fields.includes(key))) as Fields
}
