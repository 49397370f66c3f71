import type { ApiClient, ApiRequest } from '../../engine/api-request.js'
import type { ApiObject } from '../../engine/cluster.js'
import { AlustanError, type Attempt } from '../../errors.js'
import { askList } from '../api-answer.js'
import type { TraceNode } from './trace-node.js'

/** Looks at a list. */
export async function look(
  client: ApiClient,
  path: string,
  request: ApiRequest = {},
): Promise<Attempt<readonly ApiObject[]>> {
  return looked(() => askList(client, path, request))
}

/** What was asked for; what may not be seen, or is not installed, is part of the answer. */
export async function looked<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await ask() }
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
  { value, failure }: Attempt<readonly T[]>,
  what: string,
  node: (item: T) => TraceNode,
): readonly TraceNode[] {
  return failure === undefined ? value.map(node) : [unseen(what, failure)]
}

/** The node of what was not seen, and why. */
export function unseen(title: string, { message }: AlustanError): TraceNode {
  return { title, state: 'not seen', notes: [message] }
}
