import fc from 'fast-check'
import semver from 'semver'
import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { parseConstraint, satisfies } from '../lib/registry/constraint.js'
import { compareTags, parseTag, type Tag } from '../lib/registry/tag.js'
import { tag } from './registry-objects.js'

const tags: [why: string, text: string, want: Partial<Tag> | undefined][] = [
  ['a full version', '1.20.3', { major: 1, minor: 20, patch: 3, prerelease: [] }],
  ['a leading v is how Go and GitHub tag', 'v1.2.3', { text: 'v1.2.3', major: 1, minor: 2, patch: 3 }],
  ['zeros are numbers', '0.0.0', { major: 0, minor: 0, patch: 0 }],
  ['a prerelease in parts, numbers as numbers', '1.2.3-rc.1', { prerelease: ['rc', 1] }],
  ['hyphens belong to a prerelease', '1.2.3-a--b.0', { prerelease: ['a--b', 0] }],
  ['a part of digits and letters is text, zeros and all', '1.2.3-01a', { prerelease: ['01a'] }],
  ['the largest exact number', '1.2.9007199254740991', { patch: 9007199254740991 }],
  ['a number that is not exact any more', '1.2.9007199254740993', undefined],
  ['a prerelease number that is not exact', '1.2.3-20260101123456789', undefined],
  ['two parts are a moving tag', '1.2', undefined],
  ['four parts', '1.2.3.4', undefined],
  ['a leading zero breaks the rules', '1.02.3', undefined],
  ['a leading zero in a prerelease number', '1.2.3-01', undefined],
  ['an empty prerelease', '1.2.3-', undefined],
  ['an empty part of a prerelease', '1.2.3-a..b', undefined],
  ['a tag cannot hold build metadata', '1.2.3+build', undefined],
  ['an underscore is no part of a version', '1.2.3_4', undefined],
  ['a word', 'latest', undefined],
  ['nothing', '', undefined],
  ['only a v', 'v', undefined],
  ['a capital V', 'V1.2.3', undefined],
  ['two letters v', 'vv1.2.3', undefined],
  ['text behind', '1.2.3 ', undefined],
  ['a number is missing', '1..3', undefined],
  ['a sign', '1.-2.3', undefined],
  ['longer than a tag can be', `1.2.3-${'a'.repeat(123)}`, undefined],
]

t.test('a tag is read as a version', async t => {
  for (const [why, text, want] of tags) {
    const got = parseTag(text)
    if (want === undefined) t.equal(got, undefined, why)
    else t.match(got, want, why)
  }
})

t.test('versions are ordered as Semantic Versioning 2.0 says, section 11', async t => {
  const order = [
    ...['0.0.1', '0.9.9', '1.0.0-1', '1.0.0-2', '1.0.0-10', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta'],
    ...['1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0'],
  ].map(tag)
  for (const [left, a] of order.entries()) {
    for (const [right, b] of order.entries()) {
      t.equal(Math.sign(compareTags(a, b)), Math.sign(left - right), `${a.text} against ${b.text}`)
    }
  }
  t.equal(compareTags(tag('v1.2.3'), tag('1.2.3')), 0, 'a v makes no difference')
})

t.test('properties', async t => {
  const number = fc.integer({ min: 0, max: 3 }).map(String)
  const release = fc.tuple(number, number, number).map(parts => parts.join('.'))
  const partial = fc.oneof(
    release,
    fc.tuple(number, number).map(parts => parts.join('.')),
    number,
    release.map(text => text.replace(/\d$/, 'x')),
  )
  const operator = fc.constantFrom('', '=', '>', '<', '>=', '<=', '~', '~>', '^')
  const range = fc
    .array(
      fc.array(
        fc.tuple(operator, partial).map(parts => parts.join('')),
        { minLength: 1, maxLength: 3 },
      ),
      { minLength: 1, maxLength: 2 },
    )
    .map(groups => groups.map(terms => terms.join(' ')).join(' || '))
  fc.assert(
    fc.property(range, release, (text, version) => {
      const want = semver.satisfies(version, text)
      try {
        return satisfies(parseConstraint(text), tag(version), false) === want
      } catch (error) {
        return error instanceof AlustanError && !want
      }
    }),
    { numRuns: 3000 },
  )
  t.pass('releases satisfy what they satisfy in npm')
  const noise = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789.x*v-+ ,|<>=!~^ab')), maxLength: 300 }),
  )
  fc.assert(
    fc.property(noise, text => {
      const plain = /^v?(?=\d)[\dA-Za-z.-]{1,128}$/.test(text) && text.length <= 128
      const isVersion = plain && semver.valid(text.replace(/^v/, '')) !== null
      const hasLongNumber = /\d{16}/.test(text) // npm keeps such a part of a prerelease as text
      if (!hasLongNumber && (parseTag(text) !== undefined) !== isVersion) return false
      try {
        parseConstraint(text)
      } catch (error) {
        return error instanceof AlustanError && error.reason === 'InvalidConstraint'
      }
      return true
    }),
    { numRuns: 3000 },
  )
  t.pass('no text makes the parsers throw anything else')
})
