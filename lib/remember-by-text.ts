import { remember } from './remember.js'

const MAX_ENTRIES = 2000
const MAX_TEXT = 8 * 1024

/** A pure function that remembers its newest answers by a text that says all of what it was given, if there is one; they must not be changed. */
export function rememberByText<Given, Answer>(
  textOf: (given: Given) => string | undefined,
  compute: (given: Given) => Answer,
): (given: Given) => Answer {
  const known = new Map<string, Answer>()
  return given => {
    const text = textOf(given)
    if (text === undefined) return compute(given)
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = compute(given)
    if (text.length > MAX_TEXT) return answer
    remember(known, text, answer, MAX_ENTRIES)
    return answer
  }
}

/** The same for JSON: reading a spec by its schema takes ten times as long as its text, and comes with every call. */
export function rememberByJson<Given, Answer>(compute: (given: Given) => Answer): (given: Given) => Answer {
  return rememberByText(given => textOf([given]), compute)
}

/** JSON, or undefined where values are nested too deep to be written, though they could be read. */
function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}
