import fc from 'fast-check'

/** Text made of the pieces that a grammar is made of, and of anything. */
export function grammar(...pieces: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
  return fc.array(piece, { maxLength: 60 }).map(parts => parts.join(''))
}

/** JSON of such values. */
export function json(value: fc.Arbitrary<unknown> = fc.jsonValue()): fc.Arbitrary<string> {
  return value.map(given => JSON.stringify(given))
}
