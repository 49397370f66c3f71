import { applied } from './memory-apply.js'
import { ApiError, objectKey, type ApiObject, type Cluster, type ObjectName, type Resource } from './cluster.js'
import { copy } from './json.js'
import { matchesSelector } from './labels.js'
import { remove } from './memory-delete.js'
import { collectGarbage } from './memory-garbage.js'
import { memoryStore, type Stored } from './memory-store.js'
import { memoryWatches, type Pending } from './memory-watch.js'
import { insert, replace, type MemoryWorld } from './memory-write.js'
import { RESOURCES } from './resources.js'
import { realTimers } from './timers.js'
import { rfc3339 } from '../rfc3339.js'

export interface MemoryClusterOptions {
  /** Milliseconds since 1970; the machine's clock when left out. */
  now?: () => number
  /** Makes uids; numbered ones when left out. */
  uid?: () => string
  /** Throws an `ApiError` at an object that is not to be written: an admission webhook or a schema. */
  admit?: (object: ApiObject) => void
  /** Kinds beyond `RESOURCES`. */
  resources?: readonly Resource[]
  /** True: events and garbage collection wait for `deliver` and `collectGarbage`. Else they follow each write at once. */
  stepped?: boolean
}

/** A cluster in memory, with what only a test may do. */
export interface MemoryCluster extends Cluster {
  /** Everything that is stored, by kind and in order of creation. */
  objects(): ApiObject[]
  /** Events that watches were not told yet, in order of the writes. */
  pending(): readonly Pending[]
  /** Tells one watch its oldest event: the oldest of all that matches. False when there is none. */
  deliver(where?: (pending: Pending) => boolean): boolean
  /** Loses an event instead; only `relist` makes up for it. */
  drop(where?: (pending: Pending) => boolean): boolean
  /** Every watch starts again with a list, as after a gap; what was pending is part of it. */
  relist(): void
  /** One pass of the garbage collector; false when there was nothing to do. */
  collectGarbage(): boolean
}

/** An API server in memory: versions, uids, generations, finalizers, owners, watches. The same calls give the same state. */
export function memoryCluster(options: MemoryClusterOptions = {}): MemoryCluster {
  const { now = () => realTimers.now(), uid = numberedUids(), admit = () => undefined, stepped = false } = options
  const resources = [...Object.values(RESOURCES), ...(options.resources ?? [])]
  const watches = memoryWatches(resource => store.ofKind(resource).map(({ object }) => object))
  const store = memoryStore((resource, event) => {
    watches.changed(resource, event)
    if (!stepped) afterwards()
  })
  const world: MemoryWorld = { store, uid, admit, now: () => rfc3339(now()) }
  const afterwards = once(() => {
    while (watches.deliver() || collectGarbage(world));
  })
  return {
    findResource: async name =>
      resources.find(
        known =>
          known.apiVersion === name.apiVersion &&
          ('kind' in name ? known.kind === name.kind : known.resource === name.resource),
      ),
    ...reads(world),
    ...writes(world),
    watch: (resource, observer) => watches.open(resource, observer),
    objects: () => store.all().map(({ object }) => copy(object)),
    pending: () => watches.pending(),
    deliver: where => watches.deliver(where),
    drop: where => watches.drop(where),
    relist: () => {
      watches.relist()
    },
    collectGarbage: () => collectGarbage(world),
  }
}

function reads({ store }: MemoryWorld): Pick<Cluster, 'get' | 'list'> {
  return {
    get: async (resource, name) => copy(store.find(resource, name)?.object),
    list: async (resource, { namespace, labelSelector } = {}) =>
      store
        .ofKind(resource)
        .filter(({ object: { metadata } }) => namespace === undefined || metadata.namespace === namespace)
        .filter(({ object: { metadata } }) => matchesSelector(labelSelector, metadata.labels))
        .map(({ object }) => copy(object)),
  }
}

function writes(world: MemoryWorld): Pick<Cluster, 'create' | 'update' | 'updateStatus' | 'delete' | 'apply'> {
  const existing = (resource: Resource, name: ObjectName): Stored => {
    const stored = world.store.find(resource, name)
    if (stored === undefined) throw new ApiError(404, 'NotFound', `${resource.kind} '${objectKey(name)}' not found`)
    return stored
  }
  return {
    create: async (resource, object) => copy(insert(world, resource, object, new Map()).object),
    update: async (resource, object) =>
      copy(replace(world, existing(resource, object.metadata), object, { part: 'all but status' }).object),
    async updateStatus(resource, object) {
      const stored = existing(resource, object.metadata)
      if (!resource.hasStatus) throw new ApiError(404, 'NotFound', `${resource.kind} has no status subresource`)
      return copy(replace(world, stored, object, { part: 'status' }).object)
    },
    async delete(resource, name, options) {
      remove(world, existing(resource, name), options)
    },
    async apply(resource, object, { fieldManager, dryRun = false }) {
      const stored = world.store.find(resource, object.metadata)
      if (stored === undefined) {
        if (dryRun) return copy(object)
        return copy(insert(world, resource, object, new Map([[fieldManager, copy(object)]])).object)
      }
      const next = applied(stored.object, stored.applied.get(fieldManager), object)
      if (dryRun) return next
      const managers = new Map([...stored.applied, [fieldManager, copy(object)]])
      return copy(replace(world, stored, next, { part: 'all but status', applied: managers }).object)
    },
  }
}

function numberedUids(): () => string {
  let count = 0
  return () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`
}

/** Runs something once after the code that runs now, however often it is asked for. */
function once(run: () => void): () => void {
  let isAsked = false
  return () => {
    if (isAsked) return
    isAsked = true
    queueMicrotask(() => {
      isAsked = false
      run()
    })
  }
}
