import type { Cluster } from './cluster.js'

/** A cluster as one process sees it that can die: nothing that it does afterwards has an effect. */
export interface MortalCluster extends Cluster {
  isDead(): boolean
  /** Writes that were done; the last one that counts was done although its caller never learned so. */
  writes(): number
}

/**
 * A view of a cluster for tests of crashes: the process behind it dies right after a number of writes, before it sees
 * the outcome. From then on every call throws and its watches are silent; start the next process with a new view.
 */
export function mortalCluster(cluster: Cluster, diesAfterWrites = Infinity): MortalCluster {
  let writes = 0
  const isDead = (): boolean => writes >= diesAfterWrites
  const alive = async <Result>(call: () => Promise<Result>, isWrite: boolean): Promise<Result> => {
    if (isDead()) throw new Error('this process is dead')
    const result = await call()
    if (isWrite) writes++
    if (isDead()) throw new Error('this process has just died')
    return result
  }
  return {
    findResource: name => alive(() => cluster.findResource(name), false),
    list: (...args) => alive(() => cluster.list(...args), false),
    get: (...args) => alive(() => cluster.get(...args), false),
    create: (...args) => alive(() => cluster.create(...args), true),
    update: (...args) => alive(() => cluster.update(...args), true),
    updateStatus: (...args) => alive(() => cluster.updateStatus(...args), true),
    delete: (...args) => alive(() => cluster.delete(...args), true),
    apply: (...args) => alive(() => cluster.apply(...args), true),
    watch: (resource, observer) =>
      cluster.watch(resource, {
        listed: objects => {
          if (!isDead()) observer.listed(objects)
        },
        changed: event => {
          if (!isDead()) observer.changed(event)
        },
      }),
    isDead,
    writes: () => writes,
  }
}
