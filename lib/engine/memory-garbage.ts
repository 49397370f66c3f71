import type { OwnerReference } from './cluster.js'
import { FOREGROUND, ORPHAN, remove, withFinalizers } from './memory-delete.js'
import { replace, type MemoryWorld } from './memory-write.js'
import type { Stored } from './memory-store.js'

/**
 * One pass of the garbage collector over the objects about which something changed since the last one; true when
 * something was written. Rule: the collector of kube-controller-manager.
 */
export function collectGarbage(world: MemoryWorld): boolean {
  const { owners } = world.store
  let wrote = false
  for (const uid of owners.takeSuspects()) {
    const stored = owners.find(uid)
    if (stored === undefined) continue
    const collect = stored.object.metadata.deletionTimestamp === undefined ? collectDependent : releaseOwner
    wrote = collect(world, stored) || wrote
  }
  return wrote
}

/** An object whose owners are all gone, or being deleted in the foreground, is deleted; else it only forgets them. */
function collectDependent(world: MemoryWorld, stored: Stored): boolean {
  const { owners } = world.store
  const references = stored.object.metadata.ownerReferences ?? []
  if (references.length === 0) return false
  const isWaiting = ({ uid }: OwnerReference): boolean => {
    const { deletionTimestamp, finalizers = [] } = owners.find(uid)?.object.metadata ?? {}
    return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND)
  }
  const solid = references.filter(reference => owners.find(reference.uid) !== undefined && !isWaiting(reference))
  if (solid.length === references.length) return false
  if (solid.length > 0) {
    writeOwners(world, stored, solid)
    return true
  }
  const hasDependents = owners.dependents(stored.object.metadata.uid).length > 0
  remove(world, stored, { propagation: references.some(isWaiting) && hasDependents ? 'Foreground' : ownPolicy(stored) })
  return true
}

function ownPolicy({ object }: Stored): 'Background' | 'Foreground' | 'Orphan' {
  const { finalizers = [] } = object.metadata
  if (finalizers.includes(ORPHAN)) return 'Orphan'
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background'
}

/** Takes the collector's finalizer from an owner that is being deleted, once its dependents are gone or orphaned. */
function releaseOwner(world: MemoryWorld, stored: Stored): boolean {
  const { uid, finalizers = [] } = stored.object.metadata
  const dependents = world.store.owners.dependents(uid)
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
