/**
 * A pure function of an object and further values that remembers its newest answer for each object, as long as that
 * lives: what `rememberByJson` has read comes again with every call as the same object. Answers must not be changed.
 */
export function rememberByObject<Given extends object, Rest extends readonly unknown[], Answer>(
  compute: (given: Given, ...rest: Rest) => Answer,
): (given: Given, ...rest: Rest) => Answer {
  const newest = new WeakMap<Given, { readonly rest: Rest; readonly answer: Answer }>()
  return (given, ...rest) => {
    const before = newest.get(given)
    if (before?.rest.length === rest.length && before.rest.every((value, index) => value === rest[index])) {
      return before.answer
    }
    const answer = compute(given, ...rest)
    newest.set(given, { rest, answer })
    return answer
  }
}
