import { isApiError, kindKey, objectKey, type ApiObject, type Cluster } from './cluster.js'
import { atomicUpdate } from './atomic-update.js'
import type { Informer } from './informer.js'
import type { ObjectMap } from './related.js'

/** The label by which children are selected when selectors are generated. */
export const CONTROLLER_UID = 'controller-uid'

/** The owner that controls an object. */
export function controllerOf({
  metadata,
}: ApiObject): { kind: string; apiVersion: string; name: string; uid: string } | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)
}

/** Whether an object has the label that makes it a parent's own. */
export function hasLabelOf({ metadata }: ApiObject, parent: ApiObject): boolean {
  return metadata.labels?.[CONTROLLER_UID] === parent.metadata.uid
}

/** The uids of the parents that may claim an object: of the one that controls it, and of the one whose label it has. */
export function claimantsOf(object: ApiObject): string[] {
  const uids = [controllerOf(object)?.uid, object.metadata.labels?.[CONTROLLER_UID]]
  return [...new Set(uids.filter(uid => uid !== undefined))]
}

/**
 * The children of a parent by kind, with an empty group for a kind that has none. An object that has its label but no
 * controller is adopted, a child that lost the label is let go; neither when the parent is being deleted.
 */
export async function claimChildren(
  cluster: Cluster,
  parent: ApiObject,
  informers: readonly Informer[],
): Promise<ObjectMap> {
  const children: ObjectMap = {}
  const isAlive = parent.metadata.deletionTimestamp === undefined
  for (const { resource, claimedBy } of informers) {
    const group = (children[kindKey(resource)] ??= {})
    for (const object of claimedBy(parent.metadata.uid ?? '')) {
      if (object.metadata.namespace !== parent.metadata.namespace) continue
      const controller = controllerOf(object)
      if (controller !== undefined && controller.uid !== parent.metadata.uid) continue
      const isMatch = hasLabelOf(object, parent)
      const isOwned = controller !== undefined
      if (isOwned && isMatch) group[objectKey(object.metadata)] = object
      else if (!isAlive) continue
      else if (isOwned) await setOwned(cluster, { resource }, object, parent, false)
      else if (isMatch && object.metadata.deletionTimestamp === undefined) {
        const isAdopted = await setOwned(cluster, { resource }, object, parent, true)
        if (isAdopted) group[objectKey(object.metadata)] = object
      }
    }
  }
  return children
}

async function setOwned(
  cluster: Cluster,
  { resource }: Pick<Informer, 'resource'>,
  object: ApiObject,
  parent: ApiObject,
  isOwned: boolean,
): Promise<boolean> {
  const { uid = '', name } = parent.metadata
  const { apiVersion, kind } = parent
  try {
    await atomicUpdate(cluster, resource, object, live => {
      const others = (live.metadata.ownerReferences ?? []).filter(owner => owner.uid !== uid)
      const own = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
      return { ...live, metadata: { ...live.metadata, ownerReferences: isOwned ? [...others, own] : others } }
    })
    return true
  } catch (error) {
    if (isApiError(error, 'NotFound')) return false
    throw error
  }
}
