import { memoryOwners, type Owners } from './memory-owners.js'
import { objectKey, type ApiObject, type ObjectName, type Resource, type WatchEvent } from './cluster.js'

/** An object at rest: never changed, only replaced, so that its parts can be shared. */
export interface Stored {
  readonly resource: Resource
  readonly object: ApiObject
  /** What each field manager applied last, by its name. */
  readonly applied: ReadonlyMap<string, ApiObject>
}

/** Objects by kind and name, with one count of writes over all of them. */
export interface MemoryStore {
  readonly owners: Owners
  find(resource: Resource, name: ObjectName): Stored | undefined
  ofKind(resource: Resource): Stored[]
  all(): Stored[]
  /** Stores a new state of an object under the next resourceVersion. */
  put(stored: Stored): Stored
  /** Remembers what was applied, without a write. */
  note(stored: Stored): void
  remove(stored: Stored): void
}

/** An empty store; every write is told to `changed`, in order. */
export function memoryStore(changed: (resource: Resource, event: WatchEvent) => void): MemoryStore {
  const kinds = new Map<string, Map<string, Stored>>()
  const owners = memoryOwners()
  let writes = 0
  const ofKind = (resource: Resource): Map<string, Stored> => {
    const key = `${resource.apiVersion}/${resource.resource}`
    const objects = kinds.get(key) ?? new Map<string, Stored>()
    kinds.set(key, objects)
    return objects
  }
  const stamped = (stored: Stored): Stored => {
    const { object } = stored
    return { ...stored, object: { ...object, metadata: { ...object.metadata, resourceVersion: String(++writes) } } }
  }
  return {
    owners,
    find: (resource, name) => ofKind(resource).get(objectKey(name)),
    ofKind: resource => [...ofKind(resource).values()],
    all: () => [...kinds.values()].flatMap(objects => [...objects.values()]),
    put(stored) {
      const objects = ofKind(stored.resource)
      const key = objectKey(stored.object.metadata)
      const before = objects.get(key)
      const next = stamped(stored)
      objects.set(key, next)
      owners.changed(before, next)
      changed(next.resource, { type: before === undefined ? 'ADDED' : 'MODIFIED', object: next.object })
      return next
    },
    note(stored) {
      ofKind(stored.resource).set(objectKey(stored.object.metadata), stored)
      owners.changed(stored, stored)
    },
    remove(stored) {
      const objects = ofKind(stored.resource)
      const key = objectKey(stored.object.metadata)
      owners.changed(objects.get(key), undefined)
      objects.delete(key)
      changed(stored.resource, { type: 'DELETED', object: stamped(stored).object })
    },
  }
}
