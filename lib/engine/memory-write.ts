import { ApiError, objectKey, type ApiObject, type Resource } from './cluster.js'
import { copy, isSame, without } from './json.js'
import type { MemoryStore, Stored } from './memory-store.js'

const MAX_ANNOTATION_BYTES = 256 * 1024
const MAX_NAME = 253

/** What a cluster in memory needs from outside to be the same in every run. */
export interface MemoryWorld {
  store: MemoryStore
  /** RFC 3339, whole seconds. */
  now: () => string
  uid: () => string
  admit: (object: ApiObject) => void
}

const subject = ({ kind, metadata }: ApiObject): string => `${kind} '${objectKey(metadata)}'`

/** A refusal as the API server words it: which object, why. */
export function refusal(status: number, reason: string, object: ApiObject, why: string): ApiError {
  return new ApiError(status, reason, `${subject(object)} ${why}`)
}

const invalid = (object: ApiObject, why: string): ApiError => refusal(422, 'Invalid', object, `is invalid: ${why}`)

function validate(object: ApiObject, before: ApiObject | undefined): void {
  const { name, annotations = {}, ownerReferences = [], finalizers = [] } = object.metadata
  if (name.length > MAX_NAME || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
    throw invalid(object, 'metadata.name: must be a lowercase RFC 1123 subdomain')
  }
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(value),
    0,
  )
  if (bytes > MAX_ANNOTATION_BYTES) {
    throw invalid(object, `metadata.annotations: Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`)
  }
  if (ownerReferences.filter(({ controller }) => controller === true).length > 1) {
    throw invalid(object, 'metadata.ownerReferences: only one reference can have Controller set to true')
  }
  if (before?.metadata.deletionTimestamp !== undefined) {
    const added = finalizers.filter(finalizer => !(before.metadata.finalizers ?? []).includes(finalizer))
    if (added.length > 0) throw invalid(object, 'metadata.finalizers: none can be added while the object is deleted')
  }
  if (object.kind === 'Job' && before !== undefined && !isSame(templateOf(object), templateOf(before))) {
    throw invalid(object, 'spec.template: field is immutable')
  }
}

function templateOf({ spec }: ApiObject): unknown {
  return (spec as { template?: unknown } | undefined)?.template // a Job that has no spec has no template either
}

/** Core kinds such as Secrets have no generation. */
const hasGeneration = ({ apiVersion }: Resource): boolean => apiVersion !== 'v1'

/** The fields whose change makes a new generation. */
function generated({ hasStatus }: Resource, object: ApiObject): Record<string, unknown> {
  return { ...object, metadata: undefined, ...(hasStatus && { status: undefined }) }
}

/** Stores an object that was not there. */
export function insert(world: MemoryWorld, resource: Resource, given: ApiObject, applied: Stored['applied']): Stored {
  const object = withoutEmptyLists(given)
  if (world.store.find(resource, object.metadata) !== undefined) {
    throw refusal(409, 'AlreadyExists', object, 'already exists')
  }
  if (resource.hasStatus) delete object.status
  object.metadata = {
    ...without(object.metadata, ...SYSTEM_FIELDS),
    uid: world.uid(),
    creationTimestamp: world.now(),
  }
  if (hasGeneration(resource)) object.metadata.generation = 1
  validate(object, undefined)
  world.admit(object)
  return world.store.put({ resource, object, applied })
}

/** Replaces all but `status`, or `status` alone; a state that is the same is not written. */
export function replace(
  world: MemoryWorld,
  before: Stored,
  given: ApiObject,
  { part, applied = before.applied }: { part: 'status' | 'all but status'; applied?: Stored['applied'] },
): Stored {
  const { resource, object: old } = before
  const { uid, resourceVersion } = given.metadata
  if (uid !== undefined && uid !== old.metadata.uid) throw refusal(409, 'Conflict', given, 'has another uid')
  if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
    throw refusal(409, 'Conflict', given, 'has been modified; read it again')
  }
  const object = part === 'status' ? withStatus(old, given) : merged(resource, old, given)
  if (isSame(object, old)) {
    // The API server writes nothing either, but knows who applied it.
    const noted = { ...before, applied }
    world.store.note(noted)
    return noted
  }
  validate(object, old)
  world.admit(object)
  const { finalizers = [], deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata
  if (deletionTimestamp !== undefined && finalizers.length === 0 && deletionGracePeriodSeconds === 0) {
    world.store.remove({ resource, object, applied })
    return { resource, object, applied }
  }
  return world.store.put({ resource, object, applied })
}

function withStatus(old: ApiObject, { status }: ApiObject): ApiObject {
  return status === undefined ? without(old, 'status') : { ...old, status: copy(status) }
}

/** The given object with everything that only the API server writes taken from the old one. */
function merged(resource: Resource, old: ApiObject, given: ApiObject): ApiObject {
  const object = withoutEmptyLists(given)
  if (resource.hasStatus) {
    delete object.status
    if (old.status !== undefined) object.status = old.status
  }
  object.metadata = {
    ...without(object.metadata, ...SYSTEM_FIELDS),
    ...Object.fromEntries(
      SYSTEM_FIELDS.flatMap(field => (field in old.metadata ? [[field, old.metadata[field]]] : [])),
    ),
  }
  if (hasGeneration(resource) && !isSame(generated(resource, object), generated(resource, old))) {
    object.metadata.generation = (old.metadata.generation ?? 0) + 1
  }
  return object
}

/** Empty lists in metadata are not kept, so that none and nothing are the same state. */
function withoutEmptyLists(given: ApiObject): ApiObject {
  const object = copy(given)
  if (object.metadata.finalizers?.length === 0) delete object.metadata.finalizers
  if (object.metadata.ownerReferences?.length === 0) delete object.metadata.ownerReferences
  return object
}

const SYSTEM_FIELDS = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const
