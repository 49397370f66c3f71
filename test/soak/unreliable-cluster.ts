import { ApiError, type Cluster, type Observer, type Resource } from '../../lib/engine/cluster.js'
import type { MemoryCluster } from '../../lib/engine/memory-cluster.js'
import type { VirtualTimers } from '../../lib/engine/timers.js'

/** An API server as an engine sees it on a bad day. */
export interface UnreliableCluster extends Cluster {
  /** The next writes are refused. */
  refuse(writes: number, status: 409 | 500): void
  /** Events come late for a while, each watch's in their order. */
  delay(milliseconds: number, seconds: number): void
  /** The next events of some watch are lost; it lists anew after five seconds. */
  lose(events: number): void
  heal(): void
}

const RELIST_MS = 5000
/**
 * A collector needs time, a simulated one none: where an engine missed that an owner was made anew, it would make
 * children of the old one, and hear of their end, without end within one moment.
 */
const DELETION_MS = 20

/** A view of a cluster that fails as it is told to. */
export function unreliableCluster(cluster: MemoryCluster, timers: VirtualTimers): UnreliableCluster {
  let refusals = { left: 0, status: 409 }
  let lateness = { milliseconds: 0, until: 0 }
  let losses = 0

  const write = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    if (refusals.left === 0) return act()
    refusals.left--
    const [reason, why] =
      refusals.status === 409 ? ['Conflict', 'has been modified'] : ['InternalError', 'etcd is away']
    throw new ApiError(refusals.status, reason, why)
  }

  const watch = (resource: Resource, observer: Observer): (() => void) => {
    let stop = (): void => undefined
    let isStopped = false
    let newestAt = 0
    let round = 0
    const open = (): void => {
      stop()
      const mine = ++round
      const tell = (act: () => void, least: number): void => {
        const { milliseconds, until } = lateness
        newestAt = Math.max(newestAt, timers.now() + (timers.now() < until ? milliseconds : least))
        const pause = newestAt - timers.now()
        if (pause === 0) act()
        else timers.after(pause, () => !isStopped && mine === round && act())
      }
      stop = cluster.watch(resource, {
        listed: objects => {
          newestAt = 0
          observer.listed(objects)
        },
        changed: event => {
          if (losses > 0) {
            losses--
            timers.after(RELIST_MS, () => !isStopped && open())
          } else tell(() => observer.changed(event), event.type === 'DELETED' ? DELETION_MS : 0)
        },
      })
    }
    open()
    return () => {
      isStopped = true
      stop()
    }
  }

  return {
    findResource: name => cluster.findResource(name),
    list: (...args) => cluster.list(...args),
    get: (...args) => cluster.get(...args),
    create: (...args) => write(() => cluster.create(...args)),
    update: (...args) => write(() => cluster.update(...args)),
    updateStatus: (...args) => write(() => cluster.updateStatus(...args)),
    delete: (...args) => write(() => cluster.delete(...args)),
    apply: (...args) => write(() => cluster.apply(...args)),
    watch,
    refuse(writes, status) {
      refusals = { left: writes, status }
    },
    delay(milliseconds, seconds) {
      lateness = { milliseconds, until: timers.now() + seconds * 1000 }
    },
    lose(events) {
      losses += events
    },
    heal() {
      refusals = { left: 0, status: 409 }
      lateness = { milliseconds: 0, until: 0 }
      losses = 0
    },
  }
}
