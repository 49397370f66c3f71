import { errorText } from '../errors.js'
import { controllerOf, hasLabelOf } from './claim-children.js'
import { objectKey, type ApiObject } from './cluster.js'
import { TooManyRequests } from './hook.js'
import type { Informer } from './informer.js'
import { RelatedNotListed } from './related.js'
import { syncParent, type SyncContext } from './sync-parent.js'
import type { WorkQueue } from './work-queue.js'

/** Why a parent could not be reconciled: what Metacontroller writes into an Event. */
export interface SyncFailure {
  controller: string
  /** `namespace/name` of the parent. */
  parent: string
  message: string
}

/** What happens to a controller's parents, from where it is told of changes. */
export interface ParentController extends SyncContext {
  name: string
  parents: Informer
  queue: WorkQueue
  /** Lets a free worker look at the queue. */
  wake: () => void
  failed: (failure: SyncFailure) => void
}

/** Subscribes to parents and children: each change adds the parent that it is about to the queue. */
export function watchParentsAndChildren(controller: ParentController): void {
  const { parents, queue, childInformers } = controller
  parents.handle((before, after) => {
    const parent = after ?? before
    if (parent !== undefined) queue.add(objectKey(parent.metadata))
  })
  for (const informer of childInformers) {
    informer.handle((before, after) => {
      if (before !== undefined && before.metadata.resourceVersion === after?.metadata.resourceVersion) return
      const child = after ?? before
      for (const parent of child === undefined ? [] : parentsOf(controller, child, after === undefined)) {
        queue.add(objectKey(parent.metadata))
      }
    })
  }
}

/** The parent that controls a child; of an orphan that lives, the parents that would adopt it. */
function parentsOf({ parents, parentResource }: ParentController, child: ApiObject, isGone: boolean): ApiObject[] {
  const owner = controllerOf(child)
  if (owner === undefined) {
    if (isGone || child.metadata.deletionTimestamp !== undefined) return []
    return parents
      .list()
      .filter(parent => parent.metadata.namespace === child.metadata.namespace && hasLabelOf(child, parent))
  }
  const group = (apiVersion: string): string => apiVersion.split('/').slice(0, -1).join('/')
  if (owner.kind !== parentResource.kind || group(owner.apiVersion) !== group(parentResource.apiVersion)) return []
  const parent = parents.get(objectKey({ name: owner.name, namespace: child.metadata.namespace }))
  return parent?.metadata.uid === owner.uid ? [parent] : []
}

/** Subscribes to a related kind, once: a change asks again every parent one of whose rules selects it, now or before. */
export function relatedWatcher({ customize, queue }: ParentController): (informer: Informer) => void {
  const watched = new Set<Informer>()
  return informer => {
    if (watched.has(informer)) return
    watched.add(informer)
    informer.handle((before, after) => {
      if (before !== undefined && before.metadata.resourceVersion === after?.metadata.resourceVersion) return
      const objects = [before, after].filter(object => object !== undefined)
      for (const parent of customize.selecting(informer.resource, objects)) queue.add(objectKey(parent.metadata))
    })
  }
}

/** Takes one parent from the queue and reconciles it; false when there was none. */
export async function syncNext(controller: ParentController): Promise<boolean> {
  const { queue, parents, childInformers } = controller
  const key = [parents, ...childInformers].every(({ hasSynced }) => hasSynced()) ? queue.take() : undefined
  if (key === undefined) return false
  try {
    const parent = parents.get(key)
    if (parent !== undefined) await syncParent(controller, parent)
    queue.forget(key)
  } catch (error) {
    retry(controller, key, error)
  } finally {
    queue.done(key)
  }
  return true
}

function retry({ queue, failed, name }: ParentController, key: string, error: unknown): void {
  if (error instanceof TooManyRequests) {
    queue.addAfter(key, error.retryAfterSeconds * 1000)
    return
  }
  if (!(error instanceof RelatedNotListed)) failed({ controller: name, parent: key, message: errorText(error) })
  queue.addRateLimited(key)
}
