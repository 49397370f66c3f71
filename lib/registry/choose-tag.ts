import { AlustanError } from '../errors.js'
import { parseConstraint, satisfies, type Constraint } from './constraint.js'
import type { ContainerRegistry } from './container-registry.js'
import { highestGone, timesGone } from './lowering.js'
import type { Scan } from './scan.js'
import { compareTags, parseTag, type Tag } from './tag.js'
import { parseTagFilter } from './tag-filter.js'

/** Which tags of an image may run, ready to be asked often. */
export interface TagRule {
  readonly image: string
  readonly constraint: Constraint
  readonly tagFilter: string | undefined
  readonly isFilteredIn: (tag: string) => boolean
  readonly includePrereleases: boolean
}

/** What to run, and why it is not the newest where it is not. */
export type Choice =
  /** The highest tag that satisfies; `failure` when the list is older because the newest scan failed. */
  | { kind: 'chosen'; tag: string; failure: AlustanError | undefined }
  /** The running tag is gone or no longer allowed: the highest that satisfies, which is not above it, takes over. */
  | { kind: 'lowered'; tag: string; from: string; isGone: boolean; message: string; failure: AlustanError | undefined }
  /** The running tag stays: no list, no satisfying tag (`NoMatchingTag`), or an older list than the running tag. */
  | { kind: 'kept'; tag: string; message: string; failure: AlustanError | undefined }
  /** Nothing runs and nothing is known yet: ask again soon. */
  | { kind: 'unknown' }
  /** Nothing runs and nothing can be chosen. */
  | { kind: 'failed'; failure: AlustanError }

/** Reads the rule of a spec once. Throws `InvalidConstraint` or `InvalidSpec`, before anything is scanned. */
export function tagRule(registry: ContainerRegistry): TagRule {
  const { imageName, semanticVersion, tagFilter, includePrereleases } = registry
  return {
    image: imageName,
    constraint: parseConstraint(semanticVersion),
    tagFilter,
    isFilteredIn: tagFilter === undefined ? () => true : parseTagFilter(tagFilter),
    includePrereleases,
  }
}

/**
 * Picks the highest allowed tag. Unknown is not empty, and an older list is no reason to go back: below the running
 * tag only when the scan proves that tag gone, or the rule no longer allows it. A tag that was gone (`loweredFrom`, a
 * text of `loweredAgain`) is taken again only from a list that is newer: replicas know lists of different age.
 */
export function chooseTag(rule: TagRule, scan: Scan, running: string | undefined, loweredFrom?: string): Choice {
  const { failure } = scan
  const tags = credibleTags(scan, running, loweredFrom)
  if (tags === undefined) {
    if (running !== undefined) return kept(running, failure, failure?.message ?? 'the registry has not answered yet')
    return failure === undefined ? { kind: 'unknown' } : { kind: 'failed', failure }
  }
  const best = highestAllowed(rule, tags, running)
  if (best === undefined) {
    const none = noMatchingTag(rule, scan)
    return running === undefined ? { kind: 'failed', failure: none } : kept(running, none, none.message)
  }
  const runningTag = running === undefined ? undefined : parseTag(running)
  if (runningTag === undefined || best.text === running) return { kind: 'chosen', tag: best.text, failure }
  const order = compareTags(best, runningTag)
  if (order > 0) return { kind: 'chosen', tag: best.text, failure }
  const excluded = exclusion(rule, runningTag)
  const isGone = excluded === undefined && scan.isRunningTagGone
  const why = excluded ?? (isGone ? 'it is gone from the registry' : undefined)
  if (why === undefined) {
    const cameBack = timesGone(loweredFrom, runningTag.text) > 0
    return kept(runningTag.text, failure, cameBack ? MISSED_AGAIN : 'the list of tags that is known is older')
  }
  const message = `changed from ${runningTag.text} to ${best.text}: ${why}`
  return { kind: 'lowered', tag: best.text, from: runningTag.text, isGone, message, failure }
}

const MISSED_AGAIN = 'it was gone from the registry before and came back, so it has to be missed for longer this time'

/** Without those between what runs and a tag that was gone, while the list may be older than that. */
function credibleTags(scan: Scan, running: string | undefined, loweredFrom: string | undefined) {
  const [low, high] = [running, highestGone(loweredFrom)].map(text => (text === undefined ? undefined : parseTag(text)))
  if (scan.isNewerThanLowering === true || low === undefined || high === undefined) return scan.tags
  return scan.tags?.filter(tag => compareTags(tag, low) <= 0 || compareTags(tag, high) > 0)
}

function exclusion(rule: TagRule, tag: Tag): string | undefined {
  if (!satisfies(rule.constraint, tag, rule.includePrereleases)) return `'${rule.constraint.text}' does not allow it`
  return rule.isFilteredIn(tag.text) ? undefined : `tagFilter '${String(rule.tagFilter)}' does not allow it`
}

function kept(tag: string, failure: AlustanError | undefined, why: string): Choice {
  return { kind: 'kept', tag, message: `${tag} stays: ${why}`, failure }
}

/** Tags below the best so far are passed over unread, so that 100,000 of them cost little. */
function highestAllowed(rule: TagRule, tags: readonly Tag[], running: string | undefined): Tag | undefined {
  let best: Tag | undefined
  for (const tag of tags) {
    if (best !== undefined) {
      const order = compareTags(tag, best)
      if (order < 0 || (order === 0 && !isPreferred(tag.text, best.text, running))) continue
    }
    if (satisfies(rule.constraint, tag, rule.includePrereleases) && rule.isFilteredIn(tag.text)) best = tag
  }
  return best
}

/** Of equal versions the one that runs, else the one without `v`. */
function isPreferred(text: string, other: string, running: string | undefined): boolean {
  return text === running || (other !== running && text.length < other.length)
}

function noMatchingTag(rule: TagRule, { tags = [], isTruncated }: Scan): AlustanError {
  const { image, constraint, tagFilter } = rule
  const highest = tags.reduce<Tag | undefined>(
    (best, tag) => (best && compareTags(tag, best) <= 0 ? best : tag),
    undefined,
  )
  const seen = highest === undefined ? 'it has no tag that is a version' : `its highest version is ${highest.text}`
  const filtered = tagFilter === undefined ? '' : ` and matches tagFilter '${tagFilter}'`
  const limit = isTruncated ? ' of those that were read' : ''
  const prerelease = highestAllowed({ ...rule, includePrereleases: true }, tags, undefined)
  const cure =
    prerelease === undefined
      ? 'push a tag or relax the constraint'
      : `set includePrereleases: true to take ${prerelease.text}, which is a prerelease, or push a tag`
  return new AlustanError(
    'NoMatchingTag',
    `image '${image}' has no tag that satisfies '${constraint.text}'${filtered}; ${seen}${limit}; ${cure}`,
  )
}
