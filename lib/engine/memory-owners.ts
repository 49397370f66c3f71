import type { ApiObject } from './cluster.js'
import { isSame } from './json.js'
import type { Stored } from './memory-store.js'

/** Who owns whom, and which objects the garbage collector has to look at again; kept up to date by each write. */
export interface Owners {
  find(uid: string | undefined): Stored | undefined
  dependents(uid: string | undefined): Stored[]
  /** To be told of each write: without `before` the object is new, without `after` it is gone. */
  changed(before: Stored | undefined, after: Stored | undefined): void
  /** The uids of objects about which something changed that the collector judges by; each is told of once. */
  takeSuspects(): string[]
}

/** Nobody owns anything yet. */
export function memoryOwners(): Owners {
  const objects = new Map<string, Stored>()
  const dependents = new Map<string, Set<string>>()
  let suspects = new Set<string>()
  const find = (uid = ''): Stored | undefined => objects.get(uid)
  const suspectAll = (uids: Iterable<string>): void => {
    for (const uid of uids) suspects.add(uid)
  }
  const setOwners = (uid: string, before: readonly string[], after: readonly string[]): void => {
    for (const owner of before) {
      const others = dependents.get(owner)
      others?.delete(uid)
      if (others?.size === 0) dependents.delete(owner)
    }
    for (const owner of after) dependents.set(owner, (dependents.get(owner) ?? new Set()).add(uid))
    suspectAll([uid, ...before, ...after])
  }
  return {
    find,
    dependents: (uid = '') => [...(dependents.get(uid) ?? [])].flatMap(each => find(each) ?? []),
    changed(before, after) {
      const { uid = '' } = (after ?? before)?.object.metadata ?? {}
      if (after === undefined) objects.delete(uid)
      else objects.set(uid, after)
      const [old, now] = [ownersOf(before), ownersOf(after)]
      if (!isSame(referencesOf(before), referencesOf(after))) setOwners(uid, old, now)
      if (after === undefined || after.object.metadata.deletionTimestamp !== undefined) {
        suspectAll([uid, ...(dependents.get(uid) ?? [])])
      }
    },
    takeSuspects() {
      const taken = [...suspects]
      suspects = new Set()
      return taken
    },
  }
}

function referencesOf(stored: Stored | undefined): ApiObject['metadata']['ownerReferences'] {
  return stored?.object.metadata.ownerReferences
}

function ownersOf(stored: Stored | undefined): string[] {
  return (referencesOf(stored) ?? []).map(({ uid }) => uid)
}
