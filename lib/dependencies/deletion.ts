import type { SyncRequest } from '../metacontroller.js'
import { type DeletedWith, bounded, deletedWith, mayEndFirst } from './deleted-with.js'
import { dependentsOf } from './dependents.js'
import { waitingMessage } from './message.js'
import { type Blocker, type Dependencies, blockerId } from './spec.js'

/** How far a deletion may go. */
export interface Deletion {
  /** Those whose end comes first; undefined: not known, so nothing may be destroyed. */
  readonly blockers: readonly Blocker[] | undefined
  /** For the status, so that others know; undefined as long as `blockers` is. */
  readonly deletedWith: DeletedWith | undefined
  readonly message: string
}

/** Looks at who still needs what is being deleted; `dependencies` are its own, where its spec can be read. */
export function deletionOf(
  kind: 'service' | 'terraform',
  request: SyncRequest,
  dependencies: Dependencies = { service: [], terraform: [] },
): Deletion {
  const self = `${request.parent.kind}/${request.parent.metadata.name}`
  const dependents = dependentsOf(kind, request)
  if (dependents === undefined) {
    const message = 'is being deleted; waits to see what depends on this'
    return { blockers: undefined, deletedWith: undefined, message }
  }
  if (dependents.length === 0) return { blockers: [], deletedWith: [], message: 'is being deleted' }
  const known = deletedWith(request, dependencies)
  if (mayEndFirst(self, dependents, known)) {
    const message = `is being deleted before ${dependents.map(blockerId).join(', ')}, since they depend on each other`
    return { blockers: [], deletedWith: bounded(known, dependents), message }
  }
  const message = `is being deleted; ${waitingMessage(self, dependents)}`
  return { blockers: dependents, deletedWith: bounded(known, dependents), message }
}
