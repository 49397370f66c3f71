import { rememberByText } from '../remember-by-text.js'
import { copy, goJson, isRecord, isSame, without } from './json.js'
import type { ApiObject } from './cluster.js'

/** Where dynamic-apply remembers what it wrote last. */
export const LAST_APPLIED = 'metacontroller.k8s.io/last-applied-configuration'

/** Fields by which items of a list of objects are told apart, the first that all of them have. */
const MERGE_KEYS = ['containerPort', 'port', 'mountPath', 'name', 'uid', 'ip', 'path']

/** The object with the annotation that says what was applied: the object as it was before that annotation. */
export function withLastApplied(object: ApiObject, applied: ApiObject, text = goJson(applied)): ApiObject {
  const annotations = { ...object.metadata.annotations, [LAST_APPLIED]: text }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** The object without that annotation. */
export function withoutLastApplied(object: ApiObject): ApiObject {
  const { annotations } = object.metadata
  if (annotations?.[LAST_APPLIED] === undefined) return object
  return { ...object, metadata: { ...object.metadata, annotations: without(annotations, LAST_APPLIED) } }
}

/** Fields of metadata that only the API server writes. */
export const SYSTEM_FIELDS: readonly string[] = [
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
]

/**
 * What dynamic-apply makes of an observed object: fields it applied before and no longer does go, fields it applies
 * are set, all others stay, and so do `status` and what only the API server writes. Throws when types do not fit.
 */
export function threeWayMerge(observed: ApiObject, desired: ApiObject): ApiObject {
  const wanted = withoutLastApplied(desired)
  const annotation = observed.metadata.annotations?.[LAST_APPLIED] ?? ''
  const last = readLastApplied(annotation)
  const merged = merge('', observed, last.object, wanted) as ApiObject // an object stays one
  const result: ApiObject = without({ ...merged, metadata: without(merged.metadata, ...SYSTEM_FIELDS) }, 'status')
  for (const field of SYSTEM_FIELDS) {
    if (field in observed.metadata) result.metadata[field] = observed.metadata[field]
  }
  if ('status' in observed) result.status = observed.status
  return withLastApplied(result, wanted, last.isOurText && isSame(last.object, wanted) ? annotation : undefined)
}

/** What an annotation holds, and whether its text is what we would write of that. */
const readLastApplied = rememberByText(
  (text: string) => text,
  (text): { object: unknown; isOurText: boolean } => {
    const object: unknown = text === '' ? {} : JSON.parse(text)
    return { object, isOurText: goJson(object) === text }
  },
)

function merge(path: string, live: unknown, last: unknown, desired: unknown): unknown {
  if (isRecord(live)) return mergeFields(path, live, fields(path, last), fields(path, desired))
  if (Array.isArray(live)) return mergeList(path, live, list(path, last), list(path, desired))
  return copy(desired)
}

function mergeFields(
  path: string,
  live: Record<string, unknown>,
  last: Record<string, unknown>,
  desired: Record<string, unknown>,
): Record<string, unknown> {
  const gone = Object.keys(last).filter(key => !(key in desired))
  const result = without(live, ...gone)
  for (const [key, value] of Object.entries(desired)) {
    result[key] = merge(`${path}[${key}]`, result[key], last[key], value)
  }
  return result
}

function mergeList(path: string, live: unknown[], last: unknown[], desired: unknown[]): unknown[] {
  const all = [...live, ...last, ...desired]
  const key = all.every(isRecord) ? MERGE_KEYS.find(candidate => all.every(item => candidate in item)) : undefined
  if (key === undefined || all.length === 0) return copy(desired)
  const keyed = (items: unknown[]): Record<string, unknown> =>
    Object.fromEntries(items.filter(isRecord).map(item => [`=${String(item[key])}`, item]))
  return Object.values(mergeFields(path, keyed(live), keyed(last), keyed(desired)))
}

function fields(path: string, value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {}
  if (isRecord(value)) return value
  throw new Error(`cannot merge${path}: it is an object and shall become none`)
}

function list(path: string, value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw new Error(`cannot merge${path}: it is a list and shall become none`)
}
