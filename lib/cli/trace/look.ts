import { type ApiClient, type ApiRequest, itemsOf } from '../../engine/api-request.js'
import type { ApiObject } from '../../engine/cluster.js'
import { AlustanError, type Attempt } from '../../errors.js'
import type { TraceNode } from './trace-node.js'

/** Looks at a list; what may not be seen, or is not installed, is part of the answer. */
export async function look(
  client: ApiClient,
  path: string,
  request: ApiRequest = {},
): Promise<Attempt<readonly ApiObject[]>> {
  try {
    return { value: itemsOf(await client.object(path, request)) }
  } catch (thrown) {
    if (thrown instanceof AlustanError && thrown.reason !== 'ClusterUnreachable') return { failure: thrown }
    throw thrown
  }
}

/** A client that counts its requests. */
export function counted(client: ApiClient): { client: ApiClient; requests: () => number } {
  let requests = 0
  return {
    client: {
      send: async (path, request) => {
        requests++
        return client.send(path, request)
      },
      object: async (path, request) => {
        requests++
        return client.object(path, request)
      },
    },
    requests: () => requests,
  }
}

/** Nodes for what was looked at, or one that says why it was not. */
export function nodesOf<T>(
  looked: Attempt<readonly T[]>,
  what: string,
  node: (item: T) => TraceNode,
): readonly TraceNode[] {
  if (looked.failure !== undefined) return [{ title: what, state: 'not seen', notes: [looked.failure.message] }]
  return looked.value.map(node)
}
