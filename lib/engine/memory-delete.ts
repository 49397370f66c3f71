import type { ApiObject, DeleteOptions, ObjectMetadata, Propagation } from './cluster.js'
import { without } from './json.js'
import { refusal, type MemoryWorld } from './memory-write.js'
import type { Stored } from './memory-store.js'

/** The garbage collector's own finalizers. */
export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'

const DEFAULT_GRACE_SECONDS = 30

/** Deletes as the API server does: at once, or, with finalizers or a grace period, by a deletionTimestamp. */
export function remove(world: MemoryWorld, stored: Stored, options: DeleteOptions = {}): void {
  const { resource, object } = stored
  if (options.uid !== undefined && options.uid !== object.metadata.uid) {
    throw refusal(409, 'Conflict', object, `has another uid than the ${options.uid} that was to be deleted`)
  }
  const finalizers = finalizersAfter(object, options.propagation)
  const grace = graceSeconds(object, options)
  if (finalizers.length === 0 && grace === 0) {
    world.store.remove(stored)
    return
  }
  const metadata = withFinalizers(object.metadata, finalizers)
  if (metadata.deletionTimestamp === undefined) {
    metadata.deletionTimestamp = world.now()
    metadata.deletionGracePeriodSeconds = grace
    // A deletion counts as a change of the spec: `customize` is asked again.
    if (metadata.generation !== undefined) metadata.generation += 1
  } else if (grace === metadata.deletionGracePeriodSeconds && sameList(finalizers, object.metadata.finalizers ?? [])) {
    return
  } else {
    metadata.deletionGracePeriodSeconds = grace
  }
  world.store.put({ resource, object: { ...object, metadata }, applied: stored.applied })
}

/** The metadata with these finalizers; an empty list is left out. */
export function withFinalizers(metadata: ObjectMetadata, finalizers: string[]): ObjectMetadata {
  return finalizers.length === 0 ? without(metadata, 'finalizers') : { ...metadata, finalizers }
}

const sameList = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join()

/** Jobs leave their Pods behind unless asked otherwise: the API's oldest default. */
function finalizersAfter(object: ApiObject, propagation: Propagation | undefined): string[] {
  const before = object.metadata.finalizers ?? []
  const chosen = propagation ?? inherited(before) ?? (object.kind === 'Job' ? 'Orphan' : 'Background')
  const others = before.filter(finalizer => finalizer !== FOREGROUND && finalizer !== ORPHAN)
  if (chosen === 'Foreground') return [...others, FOREGROUND]
  if (chosen === 'Orphan') return [...others, ORPHAN]
  return others
}

function inherited(finalizers: readonly string[]): Propagation | undefined {
  if (finalizers.includes(ORPHAN)) return 'Orphan'
  return finalizers.includes(FOREGROUND) ? 'Foreground' : undefined
}

/** Only a Pod that is on a node ends gracefully: the kubelet removes it with a grace period of 0. */
function graceSeconds(object: ApiObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (object.kind !== 'Pod' || object.apiVersion !== 'v1') return 0
  const spec = (object.spec ?? {}) as { nodeName?: string; terminationGracePeriodSeconds?: number } // a Pod's fields
  if (spec.nodeName === undefined) return 0
  const wanted = gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS
  return Math.min(wanted, object.metadata.deletionGracePeriodSeconds ?? Infinity)
}
