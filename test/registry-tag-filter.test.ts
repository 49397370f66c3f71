import fc from 'fast-check'
import t from 'tap'
import { parseTagFilter } from '../lib/registry/tag-filter.js'

const filters: [pattern: string, yes: string[], no: string[]][] = [
  ['-alpine$', ['1.0.0-alpine'], ['1.0.0-alpine3']],
  ['^v?\\d+\\.\\d+\\.\\d+$', ['1.2.3', 'v10.0.1'], ['1.2', '1.2.3-rc']],
  ['^[0-9]+\\.(1|2)\\.', ['4.2.0'], ['4.3.0']],
  ['^1\\.[^3]\\.', ['1.2.0'], ['1.3.0']],
  ['a{2,3}b', ['aab', 'xaaab'], ['ab']],
  ['^(?:rc|beta)\\.?\\d*$', ['rc.1', 'beta2', 'rc'], ['alpha']],
  ['^(?P<year>\\d{4})\\.', ['2026.1'], ['226.1']],
  ['', ['anything'], []],
  ['x*', [''], []],
]

t.test('tagFilter matches as regular expressions do', async t => {
  for (const [pattern, yes, no] of filters) {
    const test = parseTagFilter(pattern)
    for (const tag of yes) t.equal(test(tag), true, `'${pattern}' takes ${tag}`)
    for (const tag of no) t.equal(test(tag), false, `'${pattern}' refuses ${tag}`)
  }
  for (const bad of [
    '(',
    ')',
    'a)',
    '[',
    '[z-a]',
    '*',
    'a**',
    'a{3,1}',
    '\\1',
    '\\b',
    '(?=a)',
    '(?!a)',
    '(?i)a',
    '{',
    'a{1000}{',
    '((a{99}){99}){99}',
  ]) {
    t.throws(() => parseTagFilter(bad), { reason: 'InvalidSpec', message: /^tagFilter '.*; use literals/ }, bad)
  }
})

t.test('a hostile tagFilter takes no longer than a kind one', async t => {
  const began = performance.now()
  for (const pattern of ['(a+)+$', '(a|a)*b', '(a?){50}a{50}$', '.*.*.*.*x', '((a*)*)*b']) {
    parseTagFilter(pattern)('a'.repeat(127) + '!')
  }
  t.ok(performance.now() - began < 1000)
})

t.test('tagFilter agrees with the engine of JavaScript', async t => {
  const atom = fc.constantFrom('a', 'b', '1', '\\.', '.', '[ab]', '[^a]', '\\d', '\\w', '^', '$', '[a-]')
  const pattern = fc.letrec<{ part: string }>(tie => ({
    part: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc.tuple(tie('part'), tie('part')).map(([a, b]) => a + b),
      fc.tuple(tie('part'), tie('part')).map(([a, b]) => `(${a}|${b})`),
      fc
        .tuple(tie('part'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{1,}'))
        .map(([a, times]) => `(?:${a})${times}`),
    ),
  })).part
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', '-'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, text, (source, tag) => parseTagFilter(source)(tag) === new RegExp(source).test(tag)),
    { numRuns: 3000 },
  )
  t.pass('3,000 patterns')
})
