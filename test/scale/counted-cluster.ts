import type { Cluster } from '../../lib/engine/cluster.js'

/** A view of a cluster that counts what is asked of the API server; watches are not counted. */
export function countedCluster(cluster: Cluster, counts: { api: number }): Cluster {
  const counted = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
    return (...args: Args): Promise<Result> => {
      counts.api++
      return call(...args)
    }
  }
  return {
    findResource: name => cluster.findResource(name),
    list: counted((...args) => cluster.list(...args)),
    get: counted((...args) => cluster.get(...args)),
    create: counted((...args) => cluster.create(...args)),
    update: counted((...args) => cluster.update(...args)),
    updateStatus: counted((...args) => cluster.updateStatus(...args)),
    delete: counted((...args) => cluster.delete(...args)),
    apply: counted((...args) => cluster.apply(...args)),
    watch: (resource, observer) => cluster.watch(resource, observer),
  }
}
