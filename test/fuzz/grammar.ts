import fc from 'fast-check'

/** How often a piece stands in a row: what is read with too much trying takes long for a row, or for a long one. */
const times = fc.oneof(
  { weight: 30, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.integer({ min: 2, max: 40 }) },
  { weight: 1, arbitrary: fc.constant(3000) },
)

/** The text, now and then in a row. */
export function inRows(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, times).map(([piece, count]) => piece.slice(0, count === 1 ? undefined : 10).repeat(count))
}

/** Text made of the pieces that a grammar is made of, and of anything. */
export function grammar(...pieces: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
  return fc.array(inRows(piece), { maxLength: 60 }).map(parts => parts.join(''))
}

/** JSON of such values. */
export function json(value: fc.Arbitrary<unknown> = fc.jsonValue()): fc.Arbitrary<string> {
  return value.map(given => JSON.stringify(given))
}
