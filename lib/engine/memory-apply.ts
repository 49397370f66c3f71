import type { ApiObject } from './cluster.js'
import { copy, isRecord } from './json.js'

/** Lists of metadata whose items are merged by a key; every other list is replaced whole, as in custom resources. */
const LIST_KEYS: Readonly<Record<string, string>> = { ownerReferences: 'uid' }

/**
 * What server-side apply makes of a live object: what the manager applied before and no longer does goes, what it
 * applies now is set whoever wrote it before, everything else stays.
 */
export function applied(live: ApiObject, before: ApiObject | undefined, desired: ApiObject): ApiObject {
  return mergeFields(live, before ?? {}, desired) as ApiObject // it holds all that the live object held
}

function mergeFields(
  live: Record<string, unknown>,
  before: Record<string, unknown>,
  desired: Record<string, unknown>,
): Record<string, unknown> {
  const result = copy(live)
  for (const key of Object.keys(before)) {
    if (!(key in desired)) removeField(result, key, before[key])
  }
  for (const [key, value] of Object.entries(desired)) {
    result[key] = mergeValue(key, result[key], before[key], value)
  }
  return result
}

function mergeValue(key: string, live: unknown, before: unknown, desired: unknown): unknown {
  if (isRecord(live) && isRecord(desired)) return mergeFields(live, isRecord(before) ? before : {}, desired)
  const listKey = LIST_KEYS[key]
  if (listKey === undefined || !Array.isArray(live) || !Array.isArray(desired)) return copy(desired)
  const keyed = (list: unknown): Record<string, unknown> =>
    Object.fromEntries(
      (Array.isArray(list) ? list : []).filter(isRecord).map(item => [`=${String(item[listKey])}`, item]),
    )
  return Object.values(mergeFields(keyed(live), keyed(before), keyed(desired)))
}

/** Takes away what was applied; a map goes with its last field. */
function removeField(from: Record<string, unknown>, key: string, before: unknown): void {
  const live = from[key]
  if (!isRecord(live) || !isRecord(before)) {
    Reflect.deleteProperty(from, key)
    return
  }
  for (const inner of Object.keys(before)) removeField(live, inner, before[inner])
  if (Object.keys(live).length === 0) Reflect.deleteProperty(from, key)
}
