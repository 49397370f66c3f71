import { type Tag, compareTags, parseTag } from './tag.js'

/** Most tags that are remembered, the highest: what stands in an annotation may not grow without an end. */
const MAX_TAGS = 10

/** A tag that ran and was gone from the registry, and how often: it may have come back in between. */
interface Lowering {
  readonly tag: Tag
  readonly times: number
}

/** Reads a text of `loweredAgain`, the highest first; what is no version in it is left out. */
function parseLowerings(text: string | undefined): Lowering[] {
  if (text === undefined) return []
  return text.split(' ').flatMap(part => {
    const [name = '', times = '1'] = part.split('=')
    const tag = parseTag(name)
    return tag === undefined ? [] : [{ tag, times: Math.max(1, Number.parseInt(times, 10) || 1) }]
  })
}

/** How often a tag was gone, by a text of `loweredAgain`. */
export function timesGone(text: string | undefined, tag: string): number {
  return parseLowerings(text).find(each => each.tag.text === tag)?.times ?? 0
}

/** The highest tag that was gone, by a text of `loweredAgain`. */
export function highestGone(text: string | undefined): string | undefined {
  return parseLowerings(text)[0]?.tag.text
}

/** The text for a version that is gone, after that for those before: `1.1.0`, then `1.1.0=2`, then `1.1.0=2 1.0.1`. */
export function loweredAgain(text: string | undefined, gone: string): string {
  const others = parseLowerings(text).filter(({ tag }) => tag.text !== gone)
  return asText([...others, ...parseLowerings(`${gone}=${timesGone(text, gone) + 1}`)])
}

/** The same text without the tags that are lower than one; undefined when none is left. */
export function withoutLower(text: string | undefined, than: string): string | undefined {
  const least = text === undefined ? undefined : parseTag(than)
  if (least === undefined) return text
  const left = parseLowerings(text).filter(({ tag }) => compareTags(tag, least) >= 0)
  return left.length === 0 ? undefined : asText(left)
}

function asText(lowerings: readonly Lowering[]): string {
  const highest = [...lowerings].sort((a, b) => compareTags(b.tag, a.tag)).slice(0, MAX_TAGS)
  return highest.map(({ tag, times }) => (times === 1 ? tag.text : `${tag.text}=${times}`)).join(' ')
}
