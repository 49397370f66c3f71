import { AlustanError } from '../errors.js'
import { compareTags, parsePrerelease, type Tag, type Version } from './tag.js'

/** Versions between two ends; an end that is left out is open. */
interface Range {
  readonly from?: { readonly version: Version; readonly isIncluded: boolean }
  readonly to?: { readonly version: Version; readonly isIncluded: boolean }
}

/** Ranges that hold together (AND), of which `not` are excluded. */
interface Alternative {
  readonly ranges: readonly Range[]
  readonly not: readonly Range[]
  readonly namesPrerelease: boolean
}

/** A parsed version constraint: the alternatives of which one must hold (OR). */
export interface Constraint {
  readonly text: string
  readonly alternatives: readonly Alternative[]
}

/** Longest constraint, as in the CRD. */
const MAX_LENGTH = 256

const ANY: Range = {}
const NUMBER = String.raw`(?:0|[1-9][0-9]*|[xX*])`
const VERSION = String.raw`v?(${NUMBER})(?:\.(${NUMBER}))?(?:\.(${NUMBER}))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?`
const TERM = new RegExp(String.raw`^(!=|>=|=>|<=|=<|=|>|<|~>?|\^|)[=\s]*${VERSION}(?=[\s,]|$)`)
const HYPHEN = new RegExp(String.raw`^\s+-\s+${VERSION}(?=[\s,]|$)`)
const SEPARATOR = /^(?:\s*,\s*|\s+)(?=\S)/

/**
 * Reads a version constraint in npm's or Masterminds' syntax (docs/version-constraints.md). Throws
 * `InvalidConstraint` when it is none, and when no version at all could satisfy it.
 */
export function parseConstraint(text: string): Constraint {
  if (text.length > MAX_LENGTH) throw invalid(text.slice(0, 32) + '…', `is longer than ${MAX_LENGTH} characters`)
  const alternatives =
    text.trim() === ''
      ? [parseAlternative('*', text)]
      : text.split('||').map(part => parseAlternative(part.trim(), text))
  if (!alternatives.some(isSatisfiable)) throw invalid(text, 'is satisfied by no version at all')
  return { text, alternatives }
}

/**
 * Whether the version satisfies the constraint. A prerelease does only when its alternative names one
 * (`>=1.0.0-0`) or `includePrereleases` is set; then it is ordered as any other version (Masterminds' rule).
 */
export function satisfies(constraint: Constraint, tag: Tag, includePrereleases: boolean): boolean {
  for (const alternative of constraint.alternatives) {
    if (tag.prerelease.length > 0 && !includePrereleases && !alternative.namesPrerelease) continue
    if (isWithinAll(tag, alternative)) return true
  }
  return false
}

/** Plain loops: this runs for each of up to 100,000 tags. */
function isWithinAll(tag: Tag, { ranges, not }: Alternative): boolean {
  for (const range of ranges) if (!isWithin(tag, range)) return false
  for (const range of not) if (isWithin(tag, range)) return false
  return true
}

function isWithin(version: Version, { from, to }: Range): boolean {
  if (from !== undefined) {
    const order = compareTags(version, from.version)
    if (order < 0 || (order === 0 && !from.isIncluded)) return false
  }
  if (to !== undefined) {
    const order = compareTags(version, to.version)
    if (order > 0 || (order === 0 && !to.isIncluded)) return false
  }
  return true
}

function isSatisfiable({ ranges }: Alternative): boolean {
  return ranges.every(({ from }) =>
    ranges.every(({ to }) => {
      if (from === undefined || to === undefined) return true
      const order = compareTags(from.version, to.version)
      return order < 0 || (order === 0 && from.isIncluded && to.isIncluded)
    }),
  )
}

function parseAlternative(part: string, text: string): Alternative {
  if (part === '') throw invalid(text, 'has nothing on one side of ||; write * where any version will do')
  const ranges: Range[] = []
  const not: Range[] = []
  let namesPrerelease = false
  for (let rest = part; rest !== '';) {
    const term = TERM.exec(rest)
    if (term === null) throw invalid(text, `cannot be read from '${rest}' on`)
    rest = rest.slice(term[0].length)
    const operator = term[1] ?? ''
    const version = parsePartial(term.slice(2), text)
    namesPrerelease ||= version.prerelease.length > 0
    const hyphen = operator === '' ? HYPHEN.exec(rest) : null
    if (hyphen !== null) {
      const last = parsePartial(hyphen.slice(1), text)
      namesPrerelease ||= last.prerelease.length > 0
      ranges.push(rangeOf('>=', version, text), rangeOf('<=', last, text))
      rest = rest.slice(hyphen[0].length)
    } else if (operator === '!=') {
      if (version.given === 0) throw invalid(text, 'is satisfied by no version at all')
      not.push(version.given === 3 ? rangeOf('=', version, text) : wholeOf(version))
    } else {
      ranges.push(rangeOf(operator, version, text))
    }
    const separator = SEPARATOR.exec(rest)
    if (rest !== '' && separator === null) throw invalid(text, `cannot be read from '${rest}' on`)
    rest = rest.slice(separator?.[0].length ?? 0)
  }
  return { ranges, not, namesPrerelease }
}

/** A version of which only the first `given` (0 to 3) numbers are given; the others are 0. */
interface Partial extends Version {
  readonly given: number
}

function parsePartial(groups: readonly (string | undefined)[], text: string): Partial {
  const parts = groups.slice(0, 3).map(part => (part === undefined || /[xX*]/.test(part) ? undefined : Number(part)))
  const firstWildcard = parts.indexOf(undefined)
  const given = firstWildcard === -1 ? 3 : firstWildcard
  if (parts.slice(given).some(part => part !== undefined)) throw invalid(text, 'has a number after a wildcard')
  const [major = 0, minor = 0, patch = 0] = parts
  if (Math.max(major, minor, patch) >= Number.MAX_SAFE_INTEGER) throw invalid(text, 'has a number that is too large')
  const prerelease = groups[3] === undefined ? [] : parsePrerelease(groups[3])
  if (prerelease === undefined)
    throw invalid(text, `has a prerelease that breaks the rules of versions: '${groups[3]}'`)
  return { major, minor, patch, prerelease, given }
}

function rangeOf(operator: string, version: Partial, text: string): Range {
  const { given } = version
  if (given === 0) {
    if (operator === '>' || operator === '<') throw invalid(text, 'is satisfied by no version at all')
    return version.prerelease.length > 0 ? { from: { version, isIncluded: true } } : ANY
  }
  switch (operator) {
    case '>':
      return {
        from: given === 3 ? { version, isIncluded: false } : { version: after(version, given), isIncluded: true },
      }
    case '>=':
    case '=>':
      return { from: { version, isIncluded: true } }
    case '<':
      return { to: { version, isIncluded: false } }
    case '<=':
    case '=<':
      return { to: given === 3 ? { version, isIncluded: true } : { version: after(version, given), isIncluded: false } }
    case '~':
    case '~>':
      return upTo(version, Math.min(given, 2))
    case '^':
      return upTo(version, caretPart(version))
    default:
      return given === 3
        ? { from: { version, isIncluded: true }, to: { version, isIncluded: true } }
        : upTo(version, given)
  }
}

/** Which number a caret keeps: the first that is not 0, or else the last one given. */
function caretPart({ major, minor, given }: Partial): number {
  if (major > 0) return 1
  return Math.min(given, minor > 0 ? 2 : 3)
}

function upTo(version: Partial, part: number): Range {
  return { from: { version, isIncluded: true }, to: { version: after(version, part), isIncluded: false } }
}

/** Every version that begins with the given numbers, prereleases of the first one too. */
function wholeOf(version: Partial): Range {
  return {
    from: { version: { ...version, prerelease: [0] }, isIncluded: true },
    to: { version: after(version, version.given), isIncluded: false },
  }
}

/** The lowest version, prereleases included, whose first `part` numbers are higher. */
function after({ major, minor, patch }: Version, part: number): Version {
  const prerelease = [0]
  if (part === 1) return { major: major + 1, minor: 0, patch: 0, prerelease }
  if (part === 2) return { major, minor: minor + 1, patch: 0, prerelease }
  return { major, minor, patch: patch + 1, prerelease }
}

function invalid(text: string, fault: string): AlustanError {
  return new AlustanError(
    'InvalidConstraint',
    `version constraint '${text}' ${fault}; write it like '~1.1', '>=0.2.0' or '>=1.2, <2'`,
  )
}
