import type { ApiObject, Observer, Resource, WatchEvent } from './cluster.js'

/** An event on its way to one watch. */
export interface Pending {
  /** Number of the watch, in order of opening. */
  readonly watch: number
  readonly resource: Resource
  readonly event: WatchEvent
}

/** The watches of an in-memory cluster and what they have not been told yet. */
export interface MemoryWatches {
  open(resource: Resource, observer: Observer): () => void
  changed(resource: Resource, event: WatchEvent): void
  pending(): readonly Pending[]
  deliver(where?: (pending: Pending) => boolean): boolean
  drop(where?: (pending: Pending) => boolean): boolean
  relist(): void
}

const isSameKind = (a: Resource, b: Resource): boolean => a.apiVersion === b.apiVersion && a.resource === b.resource

/** Watches that get their events one by one, when told to; within a watch the order of the writes is kept. */
export function memoryWatches(list: (resource: Resource) => ApiObject[]): MemoryWatches {
  const watches = new Map<number, { resource: Resource; observer: Observer }>()
  let pending: Pending[] = []
  let opened = 0
  const take = (where: (pending: Pending) => boolean): Pending | undefined => {
    const heads = new Set<number>()
    const index = pending.findIndex(candidate => {
      if (heads.has(candidate.watch)) return false
      heads.add(candidate.watch)
      return where(candidate)
    })
    return index === -1 ? undefined : pending.splice(index, 1)[0]
  }
  return {
    open(resource, observer) {
      const watch = ++opened
      watches.set(watch, { resource, observer })
      observer.listed(list(resource))
      return () => {
        watches.delete(watch)
        pending = pending.filter(each => each.watch !== watch)
      }
    },
    changed(resource, event) {
      for (const [watch, { resource: watched }] of watches) {
        if (isSameKind(resource, watched)) pending.push({ watch, resource, event })
      }
    },
    pending: () => pending,
    deliver(where = () => true) {
      const next = take(where)
      if (next !== undefined) watches.get(next.watch)?.observer.changed(next.event)
      return next !== undefined
    },
    drop: (where = () => true) => take(where) !== undefined,
    relist() {
      pending = []
      for (const { resource, observer } of watches.values()) observer.listed(list(resource))
    },
  }
}
