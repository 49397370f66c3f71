import { claimantsOf } from './claim-children.js'
import { objectKey, type ApiObject, type Cluster, type Resource } from './cluster.js'

/** Told of each change: `before` is undefined when the object is new, `after` when it is gone. */
export type Handler = (before: ApiObject | undefined, after: ApiObject | undefined) => void

/** What a watch has seen of one kind: always some moment's truth, never quite the latest. */
export interface Informer {
  readonly resource: Resource
  hasSynced: () => boolean
  get: (key: string) => ApiObject | undefined
  list: () => ApiObject[]
  inNamespace: (namespace: string) => ApiObject[]
  /** The objects of a namespace that have a label, of whatever value unless one is named. */
  labelled: (namespace: string, key: string, value?: string) => ApiObject[]
  /** The objects that a parent with this uid controls, or that have its label. */
  claimedBy: (uid: string) => ApiObject[]
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
  const namespaces = objectIndex(({ metadata }) => [metadata.namespace ?? ''])
  const labels = objectIndex(({ metadata: { namespace = '', labels = {} } }) =>
    Object.entries(labels).flatMap(([key, value]) => [labelText(namespace, key), labelText(namespace, key, value)]),
  )
  const claims = objectIndex(claimantsOf)
  const tell: Handler = (before, after) => {
    namespaces.changed(before, after)
    labels.changed(before, after)
    claims.changed(before, after)
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
    inNamespace: namespaces.find,
    labelled: (...label) => labels.find(labelText(...label)),
    claimedBy: claims.find,
    handle(handler) {
      handlers.push(handler)
      for (const object of objects.values()) handler(undefined, object)
    },
  }
  return { informer, stop }
}

const labelText = (namespace: string, key: string, value?: string): string =>
  value === undefined ? `${namespace} ${key}` : `${namespace} ${key}=${value}`

/** Objects by a text that is made of them, of which one may have several. */
function objectIndex(textsOf: (object: ApiObject) => readonly string[]): {
  find: (text: string) => ApiObject[]
  changed: Handler
} {
  const groups = new Map<string, Map<string, ApiObject>>()
  return {
    find: text => [...(groups.get(text)?.values() ?? [])],
    changed(before, after) {
      const kept = after === undefined ? [] : textsOf(after)
      for (const text of before === undefined ? [] : textsOf(before)) {
        const group = groups.get(text)
        if (before === undefined || kept.includes(text)) continue
        group?.delete(objectKey(before.metadata))
        if (group?.size === 0) groups.delete(text)
      }
      if (after === undefined) return
      const key = objectKey(after.metadata)
      for (const text of kept) groups.set(text, (groups.get(text) ?? new Map<string, ApiObject>()).set(key, after))
    },
  }
}
