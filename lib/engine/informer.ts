import { objectKey, type ApiObject, type Cluster, type Resource } from './cluster.js'

/** Told of each change: `before` is undefined when the object is new, `after` when it is gone. */
export type Handler = (before: ApiObject | undefined, after: ApiObject | undefined) => void

/** What a watch has seen of one kind: always some moment's truth, never quite the latest. */
export interface Informer {
  readonly resource: Resource
  hasSynced: () => boolean
  get: (key: string) => ApiObject | undefined
  list: () => ApiObject[]
  /** Adds a handler; it is told at once of everything that is known. */
  handle: (handler: Handler) => void
}

/** Informers of a cluster, one for each kind whoever asks. */
export interface Informers {
  of(resource: Resource): Informer
  stop(): void
}

/** Starts informers on demand; `synced` is called when one has its first list. */
export function informers(cluster: Cluster, synced: () => void): Informers {
  const started = new Map<string, { informer: Informer; stop: () => void }>()
  return {
    of(resource) {
      const key = `${resource.apiVersion}/${resource.resource}`
      const entry = started.get(key) ?? startInformer(cluster, resource, synced)
      started.set(key, entry)
      return entry.informer
    },
    stop() {
      for (const { stop } of started.values()) stop()
    },
  }
}

function startInformer(
  cluster: Cluster,
  resource: Resource,
  synced: () => void,
): { informer: Informer; stop: () => void } {
  let objects = new Map<string, ApiObject>()
  let hasSynced = false
  const handlers: Handler[] = []
  const tell: Handler = (before, after) => {
    for (const handler of handlers) handler(before, after)
  }
  const stop = cluster.watch(resource, {
    listed(list) {
      const before = objects
      objects = new Map(list.map(object => [objectKey(object.metadata), object]))
      for (const [key, object] of objects) tell(before.get(key), object)
      for (const [key, object] of before) if (!objects.has(key)) tell(object, undefined)
      hasSynced = true
      synced()
    },
    changed({ type, object }) {
      const key = objectKey(object.metadata)
      const before = objects.get(key)
      if (type === 'DELETED') objects.delete(key)
      else objects.set(key, object)
      if (type !== 'DELETED') tell(before, object)
      else if (before !== undefined) tell(object, undefined)
    },
  })
  const informer: Informer = {
    resource,
    hasSynced: () => hasSynced,
    get: key => objects.get(key),
    list: () => [...objects.values()],
    handle(handler) {
      handlers.push(handler)
      for (const object of objects.values()) handler(undefined, object)
    },
  }
  return { informer, stop }
}
