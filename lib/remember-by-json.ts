const MAX_ENTRIES = 2000
const MAX_TEXT = 8 * 1024

/**
 * A pure function of JSON that remembers its newest answers by the text of what it was given: reading a spec by its
 * schema takes ten times as long as that text, and the same one comes with every call. Answers must not be changed.
 */
export function rememberByJson<Given, Answer>(compute: (given: Given) => Answer): (given: Given) => Answer {
  const known = new Map<string, Answer>()
  return given => {
    const text = JSON.stringify([given])
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = compute(given)
    if (text.length > MAX_TEXT) return answer
    known.set(text, answer)
    const oldest = known.keys().next()
    if (known.size > MAX_ENTRIES && oldest.done === false) known.delete(oldest.value)
    return answer
  }
}
