import pLimit from 'p-limit'
import { atomicUpdate } from '../../lib/engine/atomic-update.js'
import { type ApiObject, type Cluster, isApiError } from '../../lib/engine/cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import { API_VERSION } from '../../lib/names.js'

/** Many Services in namespaces of their own, and the workspace that they are in. */
export interface Crowd {
  readonly services: readonly ApiObject[]
  readonly namespaces: readonly string[]
  readonly workspace: ApiObject
}

const PER_NAMESPACE = 100
const PER_IMAGE = 100
const AT_A_TIME = 20

export const imageOf = (index: number): string => `scale/image-${Math.floor(index / PER_IMAGE)}`

/** Namespace of the workspace, and what the names of the others begin with. */
export const PREFIX = 'scale'

/** Makes a crowd; `clusterName` is the Argo CD cluster that it deploys to. */
export function makeCrowd(size: number, clusterName: string): Crowd {
  const namespaceOf = (index: number): string => `${PREFIX}-${Math.floor(index / PER_NAMESPACE)}`
  const services = Array.from({ length: size }, (_, index): ApiObject => {
    const imageName = imageOf(index)
    const values = { cluster: '${workspace.CLUSTER}', image: { repository: imageName }, replicas: index % 5 }
    const spec = {
      workspace: PREFIX,
      source: { repoURL: 'https://example.com/charts', path: 'app', targetRevision: 'main', values },
      containerRegistry: { provider: 'docker', imageName, semanticVersion: '~1' },
    }
    const metadata = { name: `app-${index}`, namespace: namespaceOf(index) }
    return { apiVersion: API_VERSION, kind: 'Service', metadata, spec }
  })
  const labels = { 'alustan.io/secret-type': 'cluster', environment: PREFIX }
  const metadata = { name: PREFIX, namespace: PREFIX, labels, annotations: { CLUSTER: clusterName } }
  return {
    services,
    namespaces: [PREFIX, ...new Set(services.map((_, index) => namespaceOf(index)))],
    workspace: { apiVersion: 'v1', kind: 'Secret', metadata },
  }
}

/** Creates the first `count` Services, those that are missing. */
export async function applyCrowd(
  cluster: Cluster,
  { services, namespaces, workspace }: Crowd,
  count: number,
): Promise<void> {
  const create = async (object: ApiObject): Promise<void> => {
    const resource =
      object.kind === 'Namespace'
        ? RESOURCES.namespaces
        : object.kind === 'Secret'
          ? RESOURCES.secrets
          : RESOURCES.services
    try {
      await cluster.create(resource, object)
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error
    }
  }
  const limit = pLimit(AT_A_TIME)
  const all = (objects: readonly ApiObject[]) => Promise.all(objects.map(object => limit(() => create(object))))
  await all(namespaces.map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })))
  await all([workspace])
  await all(services.slice(0, count))
}

/** Removes all of it from a real cluster, whoever holds on to it: nothing of it runs anywhere. */
export async function removeCrowd(cluster: Cluster, { namespaces }: Crowd): Promise<void> {
  const limit = pLimit(AT_A_TIME)
  for (const resource of [RESOURCES.services, RESOURCES.applicationSets, RESOURCES.applications]) {
    const lists = await Promise.all(namespaces.map(namespace => limit(() => cluster.list(resource, { namespace }))))
    const release = async (object: ApiObject): Promise<void> => {
      try {
        await cluster.delete(resource, object.metadata)
        await atomicUpdate(cluster, resource, object, ({ metadata, ...rest }) => ({
          ...rest,
          metadata: { ...metadata, finalizers: [] },
        }))
      } catch (error) {
        if (!isApiError(error, 'NotFound')) throw error
      }
    }
    await Promise.all(lists.flat().map(object => limit(() => release(object))))
  }
  await Promise.all(namespaces.map(name => limit(() => cluster.delete(RESOURCES.namespaces, { name }))))
}
