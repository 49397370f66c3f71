/** A regular expression as a tree; characters are ASCII codes. */
export type Pattern =
  | { kind: 'character'; isIn: (code: number) => boolean }
  | { kind: 'start' }
  | { kind: 'end' }
  | { kind: 'sequence'; parts: readonly Pattern[] }
  | { kind: 'either'; parts: readonly Pattern[] }
  | { kind: 'repeat'; part: Pattern; min: number; max: number }

type Class = (code: number) => boolean

const isDigit: Class = code => code >= 48 && code <= 57
const isWord: Class = code => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
const isSpace: Class = code => code === 32 || (code >= 9 && code <= 13)
const not =
  (isIn: Class): Class =>
  code =>
    !isIn(code)

const CLASSES: Readonly<Record<string, Class>> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
}

/**
 * Reads the common part of RE2's and JavaScript's regular expressions; throws a `SyntaxError` whose message says what
 * it stumbled over. Back references and look-around are left out: they have no matching in linear time.
 */
export function parsePattern(text: string): Pattern {
  const scanner = { text, at: 0 }
  const pattern = parseEither(scanner)
  if (scanner.at < text.length) throw new SyntaxError("has a ')' too many")
  return pattern
}

interface Scanner {
  readonly text: string
  at: number
}

function take(scanner: Scanner, expression: RegExp): RegExpExecArray | undefined {
  const found = expression.exec(scanner.text.slice(scanner.at)) ?? undefined
  scanner.at += found?.[0].length ?? 0
  return found
}

function parseEither(scanner: Scanner): Pattern {
  const parts = [parseSequence(scanner)]
  while (take(scanner, /^\|/)) parts.push(parseSequence(scanner))
  return { kind: 'either', parts }
}

function parseSequence(scanner: Scanner): Pattern {
  const parts: Pattern[] = []
  while (scanner.at < scanner.text.length && !/^[|)]/.test(scanner.text.slice(scanner.at))) {
    parts.push(parseRepeat(scanner, parseAtom(scanner)))
  }
  return { kind: 'sequence', parts }
}

function parseRepeat(scanner: Scanner, part: Pattern): Pattern {
  const [quantifier, least, comma, most] = take(scanner, /^(?:[*+?]|\{(\d{1,4})(,?)(\d{0,4})\})/) ?? []
  if (quantifier === undefined) return part
  take(scanner, /^\?/) // lazy or greedy: which text matches differs, not whether one does
  if (/^[*+?{]/.test(scanner.text.slice(scanner.at))) throw new SyntaxError('repeats a repetition; use (?:…)')
  if (least === undefined)
    return { kind: 'repeat', part, min: quantifier === '+' ? 1 : 0, max: quantifier === '?' ? 1 : Infinity }
  const min = Number(least)
  const max = comma === '' ? min : most === '' ? Infinity : Number(most)
  if (max < min) throw new SyntaxError(`has '${quantifier}', which counts backwards`)
  return { kind: 'repeat', part, min, max }
}

function parseAtom(scanner: Scanner): Pattern {
  if (take(scanner, /^\^/)) return { kind: 'start' }
  if (take(scanner, /^\$/)) return { kind: 'end' }
  if (take(scanner, /^\./)) return { kind: 'character', isIn: () => true }
  if (take(scanner, /^\((?:\?:|\?P?<[A-Za-z_]\w*>)?(?!\?)/)) {
    const inner = parseEither(scanner)
    if (!take(scanner, /^\)/)) throw new SyntaxError("lacks a ')'")
    return inner
  }
  if (take(scanner, /^\[/)) return { kind: 'character', isIn: parseClass(scanner) }
  const rest = scanner.text.slice(scanner.at)
  if (/^[*+?{]/.test(rest)) throw new SyntaxError(`has '${rest.slice(0, 1)}' with nothing before it to repeat`)
  if (rest.startsWith('(')) throw new SyntaxError(`has '${rest.slice(0, 3)}', which is not supported`)
  return { kind: 'character', isIn: parseCharacter(scanner) }
}

function parseCharacter(scanner: Scanner): Class {
  const code = literal(scanner)
  return typeof code === 'number' ? other => other === code : code
}

/** One character, plain or escaped, or a class such as `\d`. */
function literal(scanner: Scanner): number | Class {
  const [all, escaped] = take(scanner, /^(?:\\([\s\S]?)|[\s\S])/) ?? ['']
  if (escaped === undefined) return all.charCodeAt(0)
  const isIn = CLASSES[escaped]
  if (isIn !== undefined) return isIn
  if (!/^[!-/:-@[-`{-~]$/.test(escaped)) throw new SyntaxError(`has '\\${escaped}', which is not supported`)
  return escaped.charCodeAt(0)
}

function parseClass(scanner: Scanner): Class {
  const isNegated = take(scanner, /^\^/) !== undefined
  const members: Class[] = []
  while (!take(scanner, /^\]/)) {
    if (scanner.at >= scanner.text.length) throw new SyntaxError("lacks a ']'")
    const from = literal(scanner)
    const isRange = typeof from === 'number' && take(scanner, /^-(?!\])/) !== undefined
    const to = isRange ? literal(scanner) : from
    if (typeof from !== 'number') members.push(from)
    else if (typeof to !== 'number' || to < from) throw new SyntaxError('has a range in [] that runs backwards')
    else members.push(code => code >= from && code <= to)
  }
  return code => members.some(isIn => isIn(code)) !== isNegated
}
