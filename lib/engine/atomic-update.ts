import { ApiError, isApiError, objectKey, type ApiObject, type Cluster, type Resource } from './cluster.js'

const ATTEMPTS = 4

/**
 * Reads an object, changes it and writes it, again after a conflict; `change` returns undefined to leave it as it is.
 * Throws `NotFound` when it is gone or another has its name.
 */
export async function atomicUpdate(
  cluster: Cluster,
  resource: Resource,
  { metadata }: ApiObject,
  change: (live: ApiObject) => ApiObject | undefined,
  write: 'update' | 'updateStatus' = 'update',
): Promise<ApiObject> {
  for (let attempt = 1; ; attempt++) {
    const live = await cluster.get(resource, metadata)
    if (live?.metadata.uid !== metadata.uid || live === undefined) {
      throw new ApiError(404, 'NotFound', `${resource.kind} '${objectKey(metadata)}' not found`)
    }
    const changed = change(live)
    if (changed === undefined) return live
    try {
      return await cluster[write](resource, changed)
    } catch (error) {
      if (attempt === ATTEMPTS || !isApiError(error, 'Conflict')) throw error
    }
  }
}

/** Adds a finalizer to the live object. */
export async function addFinalizer(
  cluster: Cluster,
  resource: Resource,
  object: ApiObject,
  name: string,
): Promise<ApiObject> {
  return atomicUpdate(cluster, resource, object, live => {
    const { finalizers = [] } = live.metadata
    if (finalizers.includes(name)) return undefined
    return { ...live, metadata: { ...live.metadata, finalizers: [...finalizers, name] } }
  })
}

/** Takes a finalizer from the live object. */
export async function removeFinalizer(
  cluster: Cluster,
  resource: Resource,
  object: ApiObject,
  name: string,
): Promise<ApiObject> {
  return atomicUpdate(cluster, resource, object, live => {
    const { finalizers = [] } = live.metadata
    if (!finalizers.includes(name)) return undefined
    return { ...live, metadata: { ...live.metadata, finalizers: finalizers.filter(other => other !== name) } }
  })
}
