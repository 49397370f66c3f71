/** A tag that is a version: full `x.y.z`, perhaps with a leading `v` and a prerelease. */
export interface Tag {
  /** The tag as the registry spells it: this is what gets deployed. */
  readonly text: string
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** Dot-separated identifiers after the hyphen; empty for a release. Numeric ones are numbers. */
  readonly prerelease: readonly (string | number)[]
}

/** Longest tag that a registry may hold (OCI distribution specification, "Pulling manifests"). */
export const MAX_TAG_LENGTH = 128

const RELEASE: readonly (string | number)[] = []
const HYPHEN = 45
const DOT = 46
const ZERO = 48
const NINE = 57

/**
 * Reads a tag as a version by the rules of Semantic Versioning 2.0; undefined when it is none, and when one of its
 * numbers is too large to be exact. Written as one scan because registries hold up to 100,000 tags an image.
 */
export function parseTag(text: string): Tag | undefined {
  const length = text.length
  if (length > MAX_TAG_LENGTH) return undefined
  let at = text.charCodeAt(0) === 118 /* v */ ? 1 : 0
  let major = 0
  let minor = 0
  for (let part = 0; ; part++) {
    const start = at
    let number = 0
    let code = 0
    for (; at < length; at++) {
      code = text.charCodeAt(at)
      if (code < ZERO || code > NINE) break
      number = number * 10 + (code - ZERO)
    }
    if (!isPlainNumber(text, start, at, number)) return undefined
    if (part === 2) {
      if (at === length) return { text, major, minor, patch: number, prerelease: RELEASE }
      if (code !== HYPHEN) return undefined
      const prerelease = parsePrerelease(text, at + 1)
      return prerelease && { text, major, minor, patch: number, prerelease }
    }
    if (code !== DOT) return undefined
    at++
    if (part === 0) major = number
    else minor = number
  }
}

/** Reads the prerelease that begins at `start`, after the hyphen; undefined when it breaks the rules. */
export function parsePrerelease(text: string, start = 0): readonly (string | number)[] | undefined {
  const identifiers: (string | number)[] = []
  for (let from = start; ;) {
    let at = from
    let number = 0
    let isNumber = true
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === DOT) break
      if (code >= ZERO && code <= NINE) number = number * 10 + (code - ZERO)
      else if (isLetterOrHyphen(code)) isNumber = false
      else return undefined
    }
    if (at === from) return undefined
    if (isNumber && !isPlainNumber(text, from, at, number)) return undefined
    identifiers.push(isNumber ? number : text.slice(from, at))
    // An array that grew has room for 17 more, which is much where 100,000 tags are kept.
    if (at === text.length) return identifiers.slice()
    from = at + 1
  }
}

function isLetterOrHyphen(code: number): boolean {
  const lower = code | 32
  return (lower >= 97 && lower <= 122) || code === HYPHEN
}

/** Whether the digits between `from` and `to`, read as `number`, are one as versions have it: exact, no leading zero. */
function isPlainNumber(text: string, from: number, to: number, number: number): boolean {
  return to > from && number <= Number.MAX_SAFE_INTEGER && (to === from + 1 || text.charCodeAt(from) !== ZERO)
}

/** What the order of versions looks at. */
export type Version = Omit<Tag, 'text'>

/** Orders by precedence of Semantic Versioning 2.0: negative when `a` is lower, 0 for `v1.2.3` and `1.2.3`. */
export function compareTags(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || comparePrereleases(a.prerelease, b.prerelease)
}

function comparePrereleases(a: Version['prerelease'], b: Version['prerelease']): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined) return 1
    if (left === right) continue
    if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1
    return left < right ? -1 : 1
  }
  return a.length - b.length
}
