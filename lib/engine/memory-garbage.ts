import type { OwnerReference } from './cluster.js'
import { FOREGROUND, ORPHAN, remove, withFinalizers } from './memory-delete.js'
import { replace, type MemoryWorld } from './memory-write.js'
import type { Stored } from './memory-store.js'

interface Graph {
  owner: (uid: string) => Stored | undefined
  dependents: (uid: string | undefined) => readonly Stored[]
}

/**
 * One pass of the garbage collector over all objects, as they were when it started; true when something was written.
 * Rule: the collector of kube-controller-manager.
 */
export function collectGarbage(world: MemoryWorld): boolean {
  const objects = world.store.all()
  const graph = graphOf(objects)
  let wrote = false
  for (const { resource, object } of objects) {
    const stored = world.store.find(resource, object.metadata)
    if (stored === undefined || stored.object.metadata.uid !== object.metadata.uid) continue
    wrote =
      stored.object.metadata.deletionTimestamp === undefined
        ? collectDependent(world, graph, stored) || wrote
        : releaseOwner(world, graph, stored) || wrote
  }
  return wrote
}

function graphOf(objects: readonly Stored[]): Graph {
  const owners = new Map(objects.map(stored => [stored.object.metadata.uid, stored]))
  const dependents = new Map<string, Stored[]>()
  for (const stored of objects) {
    for (const { uid } of stored.object.metadata.ownerReferences ?? []) {
      dependents.set(uid, [...(dependents.get(uid) ?? []), stored])
    }
  }
  return { owner: uid => owners.get(uid), dependents: uid => dependents.get(uid ?? '') ?? [] }
}

/** An object whose owners are all gone, or being deleted in the foreground, is deleted; else it only forgets them. */
function collectDependent(world: MemoryWorld, graph: Graph, stored: Stored): boolean {
  const references = stored.object.metadata.ownerReferences ?? []
  if (references.length === 0) return false
  const isWaiting = ({ uid }: OwnerReference): boolean => {
    const { deletionTimestamp, finalizers = [] } = graph.owner(uid)?.object.metadata ?? {}
    return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND)
  }
  const solid = references.filter(reference => graph.owner(reference.uid) !== undefined && !isWaiting(reference))
  if (solid.length === references.length) return false
  if (solid.length > 0) {
    writeOwners(world, stored, solid)
    return true
  }
  const hasDependents = graph.dependents(stored.object.metadata.uid).length > 0
  remove(world, stored, { propagation: references.some(isWaiting) && hasDependents ? 'Foreground' : ownPolicy(stored) })
  return true
}

function ownPolicy({ object }: Stored): 'Background' | 'Foreground' | 'Orphan' {
  const { finalizers = [] } = object.metadata
  if (finalizers.includes(ORPHAN)) return 'Orphan'
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background'
}

/** Takes the collector's finalizer from an owner that is being deleted, once its dependents are gone or orphaned. */
function releaseOwner(world: MemoryWorld, graph: Graph, stored: Stored): boolean {
  const { uid, finalizers = [] } = stored.object.metadata
  const dependents = graph
    .dependents(uid)
    .map(({ resource, object }) => world.store.find(resource, object.metadata))
    .filter(dependent => dependent !== undefined)
  if (finalizers.includes(ORPHAN)) {
    for (const dependent of dependents) {
      const owners = dependent.object.metadata.ownerReferences ?? []
      writeOwners(
        world,
        dependent,
        owners.filter(owner => owner.uid !== uid),
      )
    }
    return dropFinalizer(world, stored, ORPHAN)
  }
  const isBlocking = ({ object }: Stored): boolean =>
    (object.metadata.ownerReferences ?? []).some(owner => owner.uid === uid && owner.blockOwnerDeletion === true)
  return finalizers.includes(FOREGROUND) && !dependents.some(isBlocking) && dropFinalizer(world, stored, FOREGROUND)
}

function writeOwners(world: MemoryWorld, stored: Stored, owners: OwnerReference[]): void {
  const metadata = { ...stored.object.metadata, ownerReferences: owners }
  replace(world, stored, { ...stored.object, metadata }, { part: 'all but status' })
}

function dropFinalizer(world: MemoryWorld, stored: Stored, finalizer: string): boolean {
  const { finalizers = [] } = stored.object.metadata
  const metadata = withFinalizers(
    stored.object.metadata,
    finalizers.filter(other => other !== finalizer),
  )
  replace(world, stored, { ...stored.object, metadata }, { part: 'all but status' })
  return true
}
