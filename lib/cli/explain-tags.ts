import type { TagRule } from '../registry/choose-tag.js'
import type { TagList } from '../registry/client.js'
import { satisfies } from '../registry/constraint.js'
import { type Tag, compareTags } from '../registry/tag.js'

/** Tags that are rejected for one reason: how many, and the highest of them. */
export interface Rejection {
  readonly why: string
  readonly count: number
  readonly examples: readonly string[]
}

/** Why an image's tags are chosen or not. */
export interface TagReport {
  /** Those that would be chosen if the higher ones went, the highest first. */
  readonly next: readonly string[]
  readonly rejected: readonly Rejection[]
}

const MAX_NEXT = 5
const MAX_EXAMPLES = 3

/** Sorts all tags by what becomes of them; what is shown of each kind is bounded, however many there are. */
export function explainTags(rule: TagRule, list: TagList, chosenText: string | undefined): TagReport {
  const chosen = list.tags.find(({ text }) => text === chosenText)
  const next = highest(MAX_NEXT)
  const groups = new Map<string, Highest>()
  for (const tag of list.tags) {
    if (tag === chosen) continue
    const why = rejection(rule, tag, chosen)
    if (why === undefined) {
      next.add(tag)
      continue
    }
    const group = groups.get(why) ?? highest(MAX_EXAMPLES)
    groups.set(why, group)
    group.add(tag)
  }
  const rejected = [...groups].map(([why, group]) => ({ why, count: group.count(), examples: group.texts() }))
  const byHeight = rejected.sort((a, b) => (a.why < b.why ? -1 : 1))
  const { count, examples } = list.others
  const others = count === 0 ? [] : [{ why: 'no full version x.y.z', count, examples }]
  return { next: next.texts(), rejected: [...byHeight, ...others] }
}

function rejection(rule: TagRule, tag: Tag, chosen: Tag | undefined): string | undefined {
  const { constraint, includePrereleases, isFilteredIn, tagFilter } = rule
  if (!satisfies(constraint, tag, includePrereleases)) {
    if (satisfies(constraint, tag, true)) return 'a prerelease, which the constraint does not name'
    const order = chosen === undefined ? 0 : compareTags(tag, chosen)
    const height = order === 0 ? '' : order > 0 ? 'higher, but ' : 'lower, and '
    return `${height}'${constraint.text}' does not allow it`
  }
  if (!isFilteredIn(tag.text)) return `tag filter '${String(tagFilter)}' does not match it`
  const isTwin = chosen !== undefined && compareTags(tag, chosen) === 0
  return isTwin ? 'the same version as the chosen tag' : undefined
}

interface Highest {
  add(tag: Tag): void
  count(): number
  texts(): string[]
}

/** Counts tags and keeps the highest few of them, so that 100,000 need no sorting. */
function highest(size: number): Highest {
  const kept: Tag[] = []
  let count = 0
  return {
    add(tag) {
      count++
      const last = kept[size - 1]
      if (last !== undefined && compareTags(tag, last) <= 0) return
      const at = kept.findIndex(other => compareTags(tag, other) > 0)
      kept.splice(at === -1 ? kept.length : at, 0, tag)
      kept.length = Math.min(kept.length, size)
    },
    count: () => count,
    texts: () => kept.map(({ text }) => text),
  }
}
