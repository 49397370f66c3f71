import { compareTags, parseTag } from './tag.js'

/** Most tags that are remembered, the highest: what stands in an annotation may not grow without an end. */
const MAX_TAGS = 10

/**
 * Tags that ran and were gone from the registry, and how often each was, since it may have come back in between: the
 * highest first. Read from a text of `loweredAgain`; what is no version in it is left out.
 */
function parseLowerings(text = ''): { tag: string; times: number }[] {
  return text.split(' ').flatMap(part => {
    const [tag = '', times = '1'] = part.split('=')
    return parseTag(tag) === undefined ? [] : [{ tag, times: Math.max(1, Number.parseInt(times, 10) || 1) }]
  })
}

/** How often a tag was gone, by a text of `loweredAgain`. */
export function timesGone(text: string | undefined, tag: string): number {
  return parseLowerings(text).find(each => each.tag === tag)?.times ?? 0
}

/** The highest tag that was gone, by a text of `loweredAgain`. */
export function highestGone(text: string | undefined): string | undefined {
  return parseLowerings(text)[0]?.tag
}

/** The text for a tag that is gone, after that for those before: `1.1.0`, then `1.1.0=2`, then `1.1.0=2 1.0.1`. */
export function loweredAgain(text: string | undefined, tag: string): string {
  const others = parseLowerings(text).filter(each => each.tag !== tag)
  return asText([...others, { tag, times: timesGone(text, tag) + 1 }]) ?? tag
}

/** The same text without the tags that are lower than one; undefined when none is left. */
export function withoutLower(text: string | undefined, than: string): string | undefined {
  const least = parseTag(than)
  if (least === undefined) return text
  return asText(parseLowerings(text).filter(({ tag }) => compareTags(parseTag(tag) ?? least, least) >= 0))
}

function asText(lowerings: { tag: string; times: number }[]): string | undefined {
  if (lowerings.length === 0) return undefined
  const parsed = lowerings.flatMap(({ tag, times }) => {
    const version = parseTag(tag)
    return version === undefined ? [] : [{ version, text: times === 1 ? tag : `${tag}=${times}` }]
  })
  const highest = parsed.sort((a, b) => compareTags(b.version, a.version)).slice(0, MAX_TAGS)
  return highest.map(({ text }) => text).join(' ')
}
