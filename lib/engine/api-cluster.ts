import { apiClient, pathOf, type ApiClient } from './api-request.js'
import { listAll, watchForever } from './api-watch.js'
import {
  isApiError,
  type ApiObject,
  type Cluster,
  type LabelSelector,
  type Resource,
  type ResourceName,
} from './cluster.js'

/** A cluster behind an API server. */
export interface ApiCluster extends Cluster {
  /** Ends all watches. */
  stop(): void
}

export interface ApiClusterOptions {
  /** Where the API server asks for no login: `openKubectlProxy`. */
  url: string
  /** Told when a watch fails; it goes on by itself. */
  onError?: (message: string) => void
}

/** The engine's `Cluster` on a real API server, by plain HTTP. */
export function apiCluster({ url, onError = () => undefined }: ApiClusterOptions): ApiCluster {
  const client = apiClient(url)
  const stopping = new AbortController()
  return {
    findResource: discovery(client),
    async list(resource, { namespace, labelSelector } = {}) {
      const selector = labelSelector === undefined ? '' : selectorText(labelSelector)
      const query: Record<string, string> = selector === '' ? {} : { labelSelector: selector }
      return (await listAll(client, resource, stopping.signal, { namespace, query })).items
    },
    async get(resource, { name, namespace }) {
      try {
        return await client.object(pathOf(resource, { name, namespace }))
      } catch (error) {
        if (isApiError(error, 'NotFound')) return undefined
        throw error
      }
    },
    ...writes(client),
    watch(resource, observer) {
      const closing = new AbortController()
      const signal = AbortSignal.any([closing.signal, stopping.signal])
      void watchForever(client, resource, observer, { signal, onError })
      return () => {
        closing.abort()
      }
    },
    stop: () => {
      stopping.abort()
    },
  }
}

function writes(client: ApiClient): Pick<Cluster, 'create' | 'update' | 'updateStatus' | 'delete' | 'apply'> {
  const put = async (path: string, body: ApiObject): Promise<ApiObject> => client.object(path, { method: 'PUT', body })
  return {
    create: async (resource, body) =>
      client.object(pathOf(resource, { namespace: body.metadata.namespace }), { method: 'POST', body }),
    update: async (resource, object) => put(pathOf(resource, object.metadata), object),
    updateStatus: async (resource, object) => put(`${pathOf(resource, object.metadata)}/status`, object),
    async delete(resource, { name, namespace }, { propagation, uid, gracePeriodSeconds } = {}) {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: propagation,
        gracePeriodSeconds,
        ...(uid !== undefined && { preconditions: { uid } }),
      }
      await (await client.send(pathOf(resource, { name, namespace }), { method: 'DELETE', body })).text()
    },
    apply: async (resource, body, { fieldManager, dryRun = false }) =>
      client.object(pathOf(resource, body.metadata), {
        method: 'PATCH',
        query: { fieldManager, force: 'true', ...(dryRun && { dryRun: 'All' }) },
        body,
        // JSON is YAML.
        contentType: 'application/apply-patch+yaml',
      }),
  }
}

/** Asks discovery once per API version that it knows; a kind that is not there may come later. */
function discovery(client: ApiClient): (name: ResourceName) => Promise<Resource | undefined> {
  const found = new Map<string, Resource[]>()
  return async name => {
    const matches = (known: Resource): boolean =>
      'kind' in name ? known.kind === name.kind : known.resource === name.resource
    const { apiVersion } = name
    const known = found.get(apiVersion)?.find(matches)
    if (known !== undefined) return known
    const resources = await discover(client, apiVersion)
    found.set(apiVersion, resources)
    return resources.find(matches)
  }
}

async function discover(client: ApiClient, apiVersion: string): Promise<Resource[]> {
  try {
    const response = await client.send(apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`)
    const { resources } = (await response.json()) as {
      resources: { name: string; kind: string; namespaced: boolean }[]
    } // an APIResourceList
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced }) => ({
        apiVersion,
        resource: name,
        kind,
        namespaced,
        hasStatus: resources.some(other => other.name === `${name}/status`),
      }))
  } catch (error) {
    if (isApiError(error, 'NotFound')) return []
    throw error
  }
}

function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...equal, ...others].join(',')
}
