import { type Blocker, blockerId } from './spec.js'

/** Bounds of what a resource tells of the others: a status stays small however large the graph is. */
export const MAX_PATHS = 16
export const MAX_PATH_LENGTH = 10

/** How ways are written: `Service/a → Service/b`. */
export const ARROW = ' → '

/**
 * The ways from a dependency to all that it waits for, nearest first, by what its own status says. Each resource hands
 * on whole ways (a path vector, as BGP does), cut where they reach `self`, so that no outdated way circulates: a cycle
 * is a way that ends at `self`. At most `MAX_PATHS`, those with `self` before others of their length.
 */
export function pathsOf(self: string, dependency: string, blockedBy: readonly Blocker[]): string[] {
  const shortest = new Map<string, string[]>()
  for (const blocker of blockedBy) {
    const ways = [[], ...(blocker.waitsFor ?? []).map(way => way.split(ARROW))]
    for (const way of ways) {
      const path = cutAt(self, [blockerId(blocker), ...way])
      const target = path.at(-1)
      if (target === undefined || path.length > MAX_PATH_LENGTH || path.includes(dependency)) continue
      if (path.length < (shortest.get(target)?.length ?? Infinity)) shortest.set(target, path)
    }
  }
  const rank = (path: string[]) => (path.at(-1) === self ? 0 : 1)
  return [...shortest.values()]
    .sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a.join() < b.join() ? -1 : 1))
    .slice(0, MAX_PATHS)
    .map(path => path.join(ARROW))
}

function cutAt(self: string, path: string[]): string[] {
  const end = path.indexOf(self)
  return end === -1 ? path : path.slice(0, end + 1)
}

/** The cycle that keeps `self` from ever starting, spelt out (`Service/a → Service/b → Service/a`), if there is one. */
export function findCycle(self: string, blockers: readonly Blocker[]): string | undefined {
  for (const blocker of blockers) {
    const id = blockerId(blocker)
    if (id === self) return [self, self].join(ARROW)
    const back = blocker.waitsFor?.find(path => path === self || path.endsWith(ARROW + self))
    if (back !== undefined) return [self, id, back].join(ARROW)
  }
  return undefined
}
