import type { z } from 'zod'
import { errorText } from '../errors.js'
import type { ApplyChild } from './apply-child.js'
import { addFinalizer, atomicUpdate, removeFinalizer } from './atomic-update.js'
import { claimChildren, CONTROLLER_UID, hasLabelOf } from './claim-children.js'
import { isApiError, kindKey, objectKey, type ApiObject, type Cluster, type Resource } from './cluster.js'
import type { Customize } from './customize.js'
import type { Ask } from './hook.js'
import type { CompositeAnswer } from './hook-answers.js'
import type { Informer } from './informer.js'
import { isSame } from './json.js'
import { manageChildren, type ChildKind } from './manage-children.js'
import { relatedObjects, type ObjectMap } from './related.js'

/** All that a round for one parent needs. */
export interface SyncContext {
  cluster: Cluster
  /** The CompositeController as hooks are sent it. */
  controller: unknown
  parentResource: Resource
  kinds: readonly ChildKind[]
  childInformers: readonly Informer[]
  /** The informer of a related kind, whose changes ask the parents again from now on. */
  relatedInformer: (resource: Resource) => Informer
  customize: Customize
  sync: Ask<z.infer<typeof CompositeAnswer>>
  finalize: Ask<z.infer<typeof CompositeAnswer>> | undefined
  finalizer: string
  apply: ApplyChild
  resyncAfter: (parent: ApiObject, seconds: number) => void
}

/** The collector's own finalizers: while a parent has one, its children are the collector's. */
const COLLECTING = ['foregroundDeletion', 'orphan']

/** One round for a parent: finalizer, children and related objects, the hook, children, status. Throws what belongs in an Event. */
export async function syncParent(context: SyncContext, cached: ApiObject): Promise<void> {
  const { cluster, parentResource, finalizer } = context
  let parent = await withOurFinalizer(context, cached)
  const children = await claimChildren(cluster, parent, context.childInformers)
  const related = await relatedObjects(await context.customize.rules(parent), cluster, context.relatedInformer)
  const answer = await askHook(context, parent, children, related)
  if ((answer.resyncAfterSeconds ?? 0) > 0) context.resyncAfter(parent, answer.resyncAfterSeconds ?? 0)
  if (answer.finalized === true) parent = await removeFinalizer(cluster, parentResource, parent, finalizer)
  const desired = desiredChildren(parent, answer)
  const failure = mayManage(context, parent)
    ? await outcome(manageChildren(context, parent, children, desired))
    : undefined
  await writeStatus(context, parent, answer.status ?? {})
  if (failure !== undefined) throw failure
}

async function withOurFinalizer(
  { cluster, parentResource, finalizer, finalize }: SyncContext,
  parent: ApiObject,
): Promise<ApiObject> {
  const has = (parent.metadata.finalizers ?? []).includes(finalizer)
  if (has === (finalize !== undefined)) return parent
  if (has) return removeFinalizer(cluster, parentResource, parent, finalizer)
  if (parent.metadata.deletionTimestamp !== undefined) return parent
  return addFinalizer(cluster, parentResource, parent, finalizer)
}

async function askHook(
  { controller, sync, finalize }: SyncContext,
  parent: ApiObject,
  children: ObjectMap,
  related: ObjectMap,
): Promise<z.infer<typeof CompositeAnswer>> {
  const finalizing = finalize !== undefined && parent.metadata.deletionTimestamp !== undefined
  const ask = finalizing ? finalize : sync
  return ask(parent, { controller, parent, children, related, finalizing })
}

/** Children as they are wanted: in the parent's namespace unless they name one, labelled as the parent's. */
function desiredChildren(parent: ApiObject, { children }: z.infer<typeof CompositeAnswer>): ObjectMap {
  const desired: ObjectMap = {}
  for (const child of children ?? []) {
    const metadata = { ...child.metadata }
    if (metadata.namespace === undefined && parent.metadata.namespace !== undefined) {
      metadata.namespace = parent.metadata.namespace
    }
    metadata.labels = { [CONTROLLER_UID]: parent.metadata.uid ?? '', ...metadata.labels }
    const object: ApiObject = { ...child, metadata }
    if (!hasLabelOf(object, parent)) {
      throw new Error(
        `labels on desired child ${child.kind} '${objectKey(metadata)}' don't match the parent's selector`,
      )
    }
    const group = (desired[kindKey(child)] ??= {})
    group[objectKey(metadata)] = object
  }
  return desired
}

function mayManage({ finalize, finalizer }: SyncContext, { metadata }: ApiObject): boolean {
  if (metadata.deletionTimestamp === undefined) return true
  const { finalizers = [] } = metadata
  return finalize !== undefined && finalizers.includes(finalizer) && !finalizers.some(each => COLLECTING.includes(each))
}

async function outcome(work: Promise<void>): Promise<Error | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(errorText(error))
  }
}

/** Writes the status that was answered, with the generation it speaks of, unless the live one is the same. */
async function writeStatus(
  { cluster, parentResource }: SyncContext,
  parent: ApiObject,
  answered: Record<string, unknown>,
): Promise<void> {
  const status = { ...answered, observedGeneration: parent.metadata.generation ?? 0 }
  const write = parentResource.hasStatus ? 'updateStatus' : 'update'
  const change = (live: ApiObject): ApiObject | undefined =>
    isSame(live.status, status) ? undefined : { ...live, status }
  try {
    await atomicUpdate(cluster, parentResource, parent, change, write)
  } catch (error) {
    // Gone, or changed meanwhile: then there is an event that asks again.
    if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error
  }
}
