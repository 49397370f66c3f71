import {
  isApiError,
  kindKey,
  objectKey,
  type ApiObject,
  type Cluster,
  type OwnerReference,
  type Resource,
} from './cluster.js'
import type { ChildMethod } from './composite-controller.js'
import { isSame, without } from './json.js'
import { LAST_APPLIED, SYSTEM_FIELDS, threeWayMerge, withLastApplied, withoutLastApplied } from './three-way-merge.js'

/** Brings one child to its desired state. `observed` is undefined when no child of ours has its name. */
export type ApplyChild = (child: {
  resource: Resource
  method: ChildMethod
  parent: ApiObject
  observed: ApiObject | undefined
  desired: ApiObject
}) => Promise<void>

/** Metacontroller's two ways to write children. */
export type ApplyStrategy = 'dynamic-apply' | 'server-side-apply'

/** The reference that makes an object a child: the parent cannot go in the foreground before it. */
function controllerReference({ apiVersion, kind, metadata }: ApiObject): OwnerReference {
  const { name, uid = '' } = metadata
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}

function owned(child: ApiObject, parent: ApiObject): ApiObject {
  const owners = child.metadata.ownerReferences ?? []
  if (owners.some(({ uid }) => uid === parent.metadata.uid)) return child
  return { ...child, metadata: { ...child.metadata, ownerReferences: [...owners, controllerReference(parent)] } }
}

/** Deletes a child in the background; one that is gone already is no failure. */
export async function deleteChild(cluster: Cluster, resource: Resource, { metadata }: ApiObject): Promise<void> {
  try {
    await cluster.delete(resource, metadata, { propagation: 'Background', uid: metadata.uid ?? '' })
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
}

/**
 * Client-side apply by a three-way merge. A child that is not observed is created; when its name is taken, that is
 * passed over in silence.
 */
export function dynamicApply(cluster: Cluster): ApplyChild {
  return async ({ resource, method, parent, observed, desired }) => {
    if (observed === undefined) {
      try {
        await cluster.create(resource, owned(withLastApplied(desired, desired), parent))
      } catch (error) {
        if (!isApiError(error, 'AlreadyExists')) throw error
      }
      return
    }
    if (method === 'OnDelete' || observed.metadata.deletionTimestamp !== undefined) return
    const merged = threeWayMerge(observed, desired)
    if (isSame(merged, observed)) return
    if (method === 'Recreate') {
      await deleteChild(cluster, resource, observed)
      return
    }
    try {
      await cluster.update(resource, merged)
    } catch (error) {
      // Gone or changed meanwhile: either way an event comes.
      if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error
    }
  }
}

interface LastWrite {
  wanted: ApiObject
  uid: string | undefined
  generation: number | undefined
  resourceVersion: string | undefined
}

/**
 * Server-side apply with force: it takes over whatever has the child's name. A child is written again only when the
 * desired state or the observed generation (of kinds without one: the resourceVersion) differs from the last write.
 */
export function serverSideApply(cluster: Cluster, fieldManager: string): ApplyChild {
  const writes = new Map<string, LastWrite>()
  return async ({ resource, method, parent, observed, desired }) => {
    if (observed?.metadata.deletionTimestamp !== undefined) return
    const object = comparable(owned(desired, parent))
    const key = `${kindKey(resource)} ${objectKey(object.metadata)}`
    const wrote = ({ metadata: { uid, generation, resourceVersion } }: ApiObject): void => {
      writes.set(key, { wanted: object, uid, generation, resourceVersion })
    }
    if (observed !== undefined) {
      if (isWritten(writes.get(key), object, observed)) return
      if (method === 'OnDelete') {
        wrote(observed)
        return
      }
      if (method === 'Recreate') {
        const next = await cluster.apply(resource, object, { fieldManager, dryRun: true })
        if (isSame(comparable(next), comparable(observed))) wrote(observed)
        else await deleteChild(cluster, resource, observed)
        return
      }
      if (observed.metadata.annotations?.[LAST_APPLIED] !== undefined)
        await forgetLastApplied(cluster, resource, observed)
    }
    try {
      wrote(await cluster.apply(resource, object, { fieldManager }))
    } catch (error) {
      if (!isApiError(error, 'Conflict')) throw error
    }
  }
}

function isWritten(last: LastWrite | undefined, wanted: ApiObject, { metadata }: ApiObject): boolean {
  if (last === undefined || !isSame(last.wanted, wanted)) return false
  if (last.uid !== metadata.uid || last.generation !== metadata.generation) return false
  return metadata.generation !== undefined || last.resourceVersion === metadata.resourceVersion
}

function comparable(object: ApiObject): ApiObject {
  const bare = without(withoutLastApplied(object), 'status')
  return { ...bare, metadata: without(bare.metadata, ...SYSTEM_FIELDS) }
}

/** A child that dynamic-apply wrote before the strategy was changed. */
async function forgetLastApplied(cluster: Cluster, resource: Resource, { metadata }: ApiObject): Promise<void> {
  const live = await cluster.get(resource, metadata)
  if (live !== undefined) await cluster.update(resource, withoutLastApplied(live))
}
