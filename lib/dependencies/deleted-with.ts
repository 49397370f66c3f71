import { z } from 'zod'
import { type KubernetesObject, type SyncRequest, objectsOf } from '../metacontroller.js'
import { KIND } from '../names.js'
import { ARROW, MAX_PATHS, MAX_PATH_LENGTH } from './cycle.js'
import { Blocker, type Dependencies, blockerId } from './spec.js'

/** What is being deleted together with something that depends on it (`status.deletedWith` of both kinds). */
export const DeletedWith = z
  .array(
    z.object({
      way: z.string().describe('The way of dependencies to it.'),
      neededBy: z.array(z.string()).describe('What still depends on it.'),
    }),
  )
  .describe(
    'What this depends on and is being deleted as well. Resources that depend on each other and are all being deleted do not wait for each other: by this they find out. As long as anything that stays needs one of them, they all stay.',
  )
export type DeletedWith = z.infer<typeof DeletedWith>

/** Most that is told of who needs one thing; whoever reads the sign after them knows nothing of the rest. */
const MAX_NEEDED_BY = 16
const AND_MORE = '…'

/** What is read of the status of a dependency that is being deleted; without `deletedWith` it was not asked yet. */
const DeletionStatus = z
  .object({ deletedWith: DeletedWith, blockedBy: z.array(Blocker).default([]) })
  .optional()
  .catch(undefined)

/**
 * All that `request.parent` depends on and that is being deleted as well, with what still needs it. Each resource hands
 * on what its own dependencies say, in whole ways (as `pathsOf` does), so that no outdated one circulates.
 */
export function deletedWith({ parent, related }: SyncRequest, dependencies: Dependencies): DeletedWith {
  const self = `${parent.kind}/${parent.metadata.name}`
  const named = new Set([
    ...dependencies.service.map(name => `Service/${name}`),
    ...dependencies.terraform.map(name => `Terraform/${name}`),
  ])
  const shortest = new Map<string, { path: string[]; neededBy: string[] }>()
  const keep = (path: string[], neededBy: string[]): void => {
    const [, ...further] = path
    const target = path.at(-1)
    if (target === undefined || path.includes(self) || path.length > MAX_PATH_LENGTH) return
    // What is seen itself needs no hearsay.
    if (further.some(id => named.has(id))) return
    if (path.length < (shortest.get(target)?.path.length ?? Infinity)) shortest.set(target, { path, neededBy })
  }
  for (const dependency of namedObjects(related, parent.metadata.namespace, dependencies)) {
    const status = DeletionStatus.parse(dependency.status)
    if (dependency.metadata.deletionTimestamp == null || status === undefined) continue
    const id = `${dependency.kind}/${dependency.metadata.name}`
    keep([id], status.blockedBy.map(blockerId))
    for (const { way, neededBy } of status.deletedWith) {
      const path = way.split(ARROW)
      if (!path.includes(id)) keep([id, ...path], neededBy)
    }
  }
  return [...shortest.values()]
    .sort((a, b) => a.path.length - b.path.length || (a.path.join() < b.path.join() ? -1 : 1))
    .map(({ path, neededBy }) => ({ way: path.join(ARROW), neededBy }))
}

/** As much of that as a status can hold; first what depends on the resource in turn. */
export function bounded(known: DeletedWith, dependents: readonly Blocker[]): DeletedWith {
  const ids = new Set(dependents.map(blockerId))
  const rank = ({ way }: DeletedWith[number]) => (ids.has(targetOf(way)) ? 0 : 1)
  return [...known]
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MAX_PATHS)
    .map(({ way, neededBy }) => ({
      way,
      neededBy: neededBy.length > MAX_NEEDED_BY ? [...neededBy.slice(0, MAX_NEEDED_BY), AND_MORE] : neededBy,
    }))
}

function targetOf(way: string): string {
  return way.split(ARROW).at(-1) ?? way
}

function namedObjects(
  related: SyncRequest['related'],
  namespace: string,
  { service, terraform }: Dependencies,
): KubernetesObject[] {
  const named = (kind: string, names: readonly string[]) =>
    (objectsOf(related, kind) ?? []).filter(
      ({ metadata }) => metadata.namespace === namespace && names.includes(metadata.name),
    )
  return [...named(KIND.service, service), ...named(KIND.terraform, terraform)]
}

/**
 * Whether `self` may end before its dependents: when these, and all that their ends wait for, are being deleted too and
 * wait for the end of `self` in turn. Nothing that stays loses what it needs then, and waiting would never end. One of
 * them must be the first: the first by name. What is not known counts as something that stays.
 */
export function mayEndFirst(self: string, dependents: readonly Blocker[], known: DeletedWith): boolean {
  const neededBy = new Map(known.map(({ way, neededBy }) => [targetOf(way), neededBy]))
  const circle = new Set([self, ...dependents.map(blockerId)])
  // A set yields also what is added to it while it is gone through.
  for (const id of circle) {
    if (id === self) continue
    const further = neededBy.get(id)
    if (further === undefined || id < self) return false
    for (const each of further) circle.add(each)
  }
  return true
}
