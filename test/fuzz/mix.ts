import fc from 'fast-check'
import { parseJson } from '../../lib/http/parse-json.js'
import { inRows } from './grammar.js'

const part = fc.double({ min: 0, max: 1, noNaN: true })
const size = fc.constantFrom(0, 0.02, 0.1, 0.5)

/** Texts of the corpus, with pieces of them taken out, doubled, or put elsewhere. */
export function mixedTexts(corpus: readonly string[]): fc.Arbitrary<string> {
  const text = fc.constantFrom(...corpus)
  const slice = (given: string, from: number, length: number) =>
    given.slice(Math.floor(from * given.length), Math.ceil((from + length) * given.length))
  const piece = fc.oneof(
    inRows(fc.tuple(text, part, size).map(([given, from, length]) => slice(given, from, length))),
    fc.constant(''),
    fc.string({ unit: 'binary' }),
  )
  const edits = fc.array(fc.tuple(part, size, piece), { minLength: 1, maxLength: 4 })
  return fc
    .tuple(text, edits)
    .map(([given, all]) =>
      all.reduce((made, [at, length, put]) => slice(made, 0, at) + put + slice(made, at + length, 1), given),
    )
}

/** JSON of the corpus, with values replaced by others of it or by anything, or taken out. */
export function mixedJson(corpus: readonly string[]): fc.Arbitrary<string> {
  // What is nested very deep can be read, but not be written again.
  const texts = corpus.filter(
    text => typeof parseJson(text) === 'object' && text !== 'null' && !/[[{]{1000}/.test(text),
  )
  const text = fc.constantFrom(...texts)
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(text, fc.nat()).map(([given, at]) => valueAt(JSON.parse(given), at)) },
    { weight: 2, arbitrary: fc.json() },
    { weight: 1, arbitrary: inRows(fc.string({ minLength: 1, maxLength: 10 })).map(row => JSON.stringify(row)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
  const edits = fc.array(fc.tuple(fc.nat(), value), { minLength: 1, maxLength: 4 })
  return fc.tuple(text, edits).map(([given, all]) => {
    const document: unknown = JSON.parse(given)
    for (const [at, put] of all) replaceAt(document, at, put)
    return JSON.stringify(document)
  })
}

type Place = [container: object, key: string]

/** Every place within a value where another value stands, however deep. */
function placesIn(value: unknown): Place[] {
  const places: Place[] = []
  const values = [value]
  for (const outer of values) {
    if (typeof outer !== 'object' || outer === null) continue
    for (const [key, inner] of Object.entries(outer)) {
      places.push([outer, key])
      values.push(inner)
    }
  }
  return places
}

function valueAt(document: unknown, at: number): string {
  const places = placesIn(document)
  const [container, key] = places[at % places.length] ?? [{ document }, 'document']
  return JSON.stringify(Object.getOwnPropertyDescriptor(container, key)?.value)
}

/** As an assignment of JSON, but `__proto__` is a key like any; undefined takes the place away. */
function replaceAt(document: unknown, at: number, json: string | undefined): void {
  const value: unknown = json && JSON.parse(json)
  const places = placesIn(document)
  const place = places[at % places.length]
  if (place === undefined) return
  Object.defineProperty(...place, { value, enumerable: true, configurable: true, writable: true })
}
