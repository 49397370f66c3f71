import { AlustanError } from './errors.js'

/** The fields of an object's metadata that are read. */
export interface Metadata {
  name: string
  namespace?: string
  uid?: string
  generation?: number
  creationTimestamp?: string | null
  deletionTimestamp?: string | null
  labels?: Record<string, string> | null
  annotations?: Record<string, string> | null
  finalizers?: string[] | null
  ownerReferences?: { uid: string; controller?: boolean | null }[] | null
  [field: string]: unknown
}

/** Any Kubernetes object. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: Metadata
  [field: string]: unknown
}

/** The parent of a request; its spec and status are read by its kind's own schemas, so that bad ones can be answered. */
export type Parent = KubernetesObject & { metadata: { namespace: string } }

/**
 * Observed objects as hook version v2 sends them: by `Kind.apiVersion` (`ApplicationSet.argoproj.io/v1alpha1`,
 * `Secret.v1`), then by `namespace/name`. A kind that was asked for and has no object is there with an empty map; a
 * kind that is not there at all was not looked at.
 */
export type ObjectMap = Record<string, Record<string, KubernetesObject>>

/** What `sync` and `finalize` are sent (hook version v2). */
export interface SyncRequest {
  parent: Parent
  children: ObjectMap
  related: ObjectMap
  finalizing: boolean
}

/** A body that is no request of a hook: our answer is 400 with this message, a fixed text that ends in an Event. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest'

  constructor(message = 'the body is no request of a Metacontroller hook, version v2') {
    super(message)
  }
}

/**
 * Checks the body of `sync` and `finalize`. Only what is read of every object is looked at, and by hand: the API server
 * has checked the objects, they are nearly all of a request, and copying them would take a third of a hook's time.
 * Throws `InvalidRequest`.
 */
export function parseSyncRequest(body: unknown): SyncRequest {
  const { children = {}, related = {}, finalizing = false } = isRecord(body) ? body : {}
  if (!isObjectMap(children) || !isObjectMap(related) || typeof finalizing !== 'boolean') throw new InvalidRequest()
  return { parent: parseParent(body), children, related, finalizing }
}

/** Checks the body of `customize` and of the others: the parent in it. Throws `InvalidRequest`. */
export function parseParent(body: unknown): Parent {
  const parent = isRecord(body) ? body.parent : undefined
  if (!isKubernetesObject(parent) || typeof parent.metadata.namespace !== 'string') throw new InvalidRequest()
  return parent as Parent // its namespace is what was checked
}

/** Whether a value of JSON is an object: no list, no null. */
export function isRecord(thing: unknown): thing is Record<string, unknown> {
  return typeof thing === 'object' && thing !== null && !Array.isArray(thing)
}

function isObjectMap(thing: unknown): thing is ObjectMap {
  return (
    isRecord(thing) &&
    Object.values(thing).every(group => isRecord(group) && Object.values(group).every(isKubernetesObject))
  )
}

function isKubernetesObject(thing: unknown): thing is KubernetesObject {
  if (!isRecord(thing) || typeof thing.apiVersion !== 'string' || typeof thing.kind !== 'string') return false
  const { metadata } = thing
  return (
    isRecord(metadata) &&
    typeof metadata.name === 'string' &&
    hasTexts(metadata.labels) &&
    hasTexts(metadata.annotations) &&
    isListOrAbsent(metadata.finalizers) &&
    isListOrAbsent(metadata.ownerReferences) &&
    (metadata.ownerReferences ?? []).every(isRecord)
  )
}

function isListOrAbsent(list: unknown): list is unknown[] | null | undefined {
  return list === undefined || list === null || Array.isArray(list)
}

/** Whether labels or annotations are absent or a map of texts. */
function hasTexts(map: unknown): boolean {
  if (map === undefined || map === null) return true
  if (!isRecord(map)) return false
  for (const key in map) if (typeof map[key] !== 'string') return false
  return true
}

/** A child as it is wanted: Metacontroller refuses an answer with anything else beside these lists. */
export interface DesiredChild {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    finalizers?: string[]
  }
  [field: string]: unknown
}

/** The answer of `sync`: exactly these fields. A child left out of a 200 answer is deleted. */
export interface SyncResponse<Status = unknown> {
  status: Status
  children: DesiredChild[]
  /** 0: only when something changes. */
  resyncAfterSeconds: number
}

/** The answer of `finalize`. With `finalized: true` the last status and the children go in the same moment. */
export interface FinalizeResponse<Status = unknown> extends SyncResponse<Status> {
  finalized: boolean
}

/** One rule of a `customize` answer: by names, or by labels. `names: []` would select every object of the kind. */
export interface RelatedRule {
  apiVersion: string
  resource: string
  namespace: string
  names?: string[]
  labelSelector?: {
    matchLabels?: Record<string, string>
    matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
  }
}

/** The answer of `customize`. */
export interface CustomizeResponse {
  relatedResources: RelatedRule[]
}

/** The objects of one kind, sorted by name: undefined when the kind was not looked at at all. */
export function objectsOf(map: ObjectMap, kindAndVersion: string): KubernetesObject[] | undefined {
  const objects = map[kindAndVersion]
  if (objects === undefined) return undefined
  return Object.keys(objects)
    .sort()
    .map(key => objects[key])
    .filter(object => object !== undefined)
}

/**
 * The children of one kind, sorted by name. Throws `InvalidRequest` when the kind was not looked at: every answer would
 * delete those that are there.
 */
export function childrenOf({ children }: SyncRequest, kindAndVersion: string): KubernetesObject[] {
  const objects = objectsOf(children, kindAndVersion)
  if (objects !== undefined) return objects
  throw new InvalidRequest(
    `the request has no '${kindAndVersion}' in children; name it in childResources of the CompositeController, as its manifest in metacontroller/ does`,
  )
}

/** Says that objects of a kind that `customize` asks for were not looked at, which is not to say that there are none. */
export function notObserved(kindAndVersion: string): AlustanError {
  return new AlustanError(
    'NotObserved',
    `Metacontroller sends no '${kindAndVersion}'; its CompositeController needs the customize hook, as its manifest in metacontroller/ has it`,
  )
}

/**
 * Whether `owner` is the controller of `object`, by the owner reference that Metacontroller writes. A plain reference to
 * it, which anybody may write, makes the object nobody's child.
 */
export function isControlledBy(object: KubernetesObject, owner: Parent): boolean {
  const references = object.metadata.ownerReferences ?? []
  return references.some(({ uid, controller }) => uid === owner.metadata.uid && controller === true)
}
