const MAX_NAMES = 3

/** The names that a mistyped one may have meant: those that begin with it or are a few letters away, nearest first. */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  const limit = Math.min(wanted.length - 1, Math.max(2, Math.floor(wanted.length / 3)))
  return names
    .map(name => ({ name, distance: name.startsWith(wanted) ? 1 : distance(wanted, name) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_NAMES)
    .map(({ name }) => name)
}

/** How many letters must be added, removed or changed to make one text of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [at, letter] of one.split('').entries()) {
    const next = [at + 1]
    for (const [index, wanted] of other.split('').entries()) {
      const changed = (row[index] ?? 0) + (letter === wanted ? 0 : 1)
      next.push(Math.min(changed, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
