import { z } from 'zod'
import type { ApiClient, ApiRequest } from '../engine/api-request.js'
import type { ApiObject } from '../engine/cluster.js'
import { AlustanError } from '../errors.js'

const Item = z.looseObject({ metadata: z.looseObject({ name: z.string() }) })
const List = z.looseObject({ items: z.array(Item).nullable() })
const Ours = Item.extend({ spec: z.looseObject({}) })

/** The objects of a list. Throws `ClusterUnreachable` for an answer that is none. */
export async function askList(
  client: ApiClient,
  path: string,
  request: ApiRequest = {},
): Promise<readonly ApiObject[]> {
  const answer = await client.object(path, request)
  if (!List.safeParse(answer).success) throw foreignAnswer(path, 'list of objects')
  // One that is empty has `null` there when only metadata was asked for.
  return (answer.items as readonly ApiObject[] | null) ?? [] // as was checked
}

/** A resource of ours. Throws `ClusterUnreachable` for an answer that is none. */
export async function askOurs(client: ApiClient, path: string, request: ApiRequest = {}): Promise<ApiObject> {
  const answer = await client.object(path, request)
  if (!Ours.safeParse(answer).success) throw foreignAnswer(path, 'resource with metadata and spec')
  return answer
}

/** The failure of whatever answers with success and not as the API server does: a login page, or another program. */
export function foreignAnswer(path: string, wanted: string): AlustanError {
  const fault = `the answer to ${path} is no ${wanted}`
  const cure = 'check that the server of this context is an API server, and what proxy is before it'
  return new AlustanError('ClusterUnreachable', `${fault}; ${cure}`)
}
