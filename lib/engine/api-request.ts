import { ApiError, type ApiObject, type ObjectName, type Resource } from './cluster.js'
import { isRecord } from './json.js'
import type { Fetch } from './socket-fetch.js'

/** Characters of a proxy's answer that a message shows. */
const MAX_LINE = 200

/** The path of a kind's collection, or of one object. */
export function pathOf(
  { apiVersion, resource, namespaced }: Resource,
  { name, namespace }: Partial<ObjectName>,
): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const inside = namespaced && namespace !== undefined && namespace !== '' ? `/namespaces/${namespace}` : ''
  return `${root}${inside}/${resource}${name === undefined ? '' : `/${name}`}`
}

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Record<string, string>
  body?: unknown
  contentType?: string
  /** In which form the answer is wanted: `METADATA_ONLY`. */
  accept?: string
  signal?: AbortSignal
}

/** A list without anything but the metadata of its objects: a Secret's values are not even sent. */
export const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/** Sends requests to an API server. */
export interface ApiClient {
  /** The answer when it is a success; throws `ApiError`. */
  send(path: string, request?: ApiRequest): Promise<Response>
  /** The object in the answer. */
  object(path: string, request?: ApiRequest): Promise<ApiObject>
}

/** The first line of a text, if there is one, as far as a message can show it. */
function firstLine(text: string): string[] {
  const [line = ''] = text.trim().split('\n')
  return line === '' ? [] : [line.slice(0, MAX_LINE)]
}

/** A client of the API server at a URL that asks for no login, reached by `ask`. */
export function apiClient(url: string, ask: Fetch = fetch): ApiClient {
  const send = async (path: string, request: ApiRequest = {}): Promise<Response> => {
    const { method = 'GET', query = {}, body, contentType = 'application/json', signal = null } = request
    const { accept = 'application/json' } = request
    const search = new URLSearchParams(query).toString()
    const response = await ask(`${url}${path}${search === '' ? '' : `?${search}`}`, {
      method,
      signal,
      headers: { accept, 'content-type': contentType },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (response.ok) return response
    throw refused(response.status, await response.text())
  }
  return {
    send,
    object: async (path, request) => (await (await send(path, request)).json()) as ApiObject, // the API's own promise
  }
}

/** The refusal in a body of kind Status; other bodies are of proxies on the way, who say what is wrong with it. */
export function refused(status: number, body: string): ApiError {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    parsed = undefined
  }
  const { reason, message } = isRecord(parsed) ? parsed : {}
  return new ApiError(
    status,
    typeof reason === 'string' ? reason : 'Unknown',
    typeof message === 'string' ? message : [`the API server answered ${status}`, ...firstLine(body)].join(': '),
  )
}
