import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import { fillTemplate } from '../lib/cli/argo-cd-stand-in.js'
import { parseSyncRequest } from '../lib/metacontroller.js'
import { applicationSet, helmValues } from '../lib/service/application-set.js'
import { fillPlaceholders } from '../lib/service/placeholders.js'
import { same } from './generated-requests.js'

t.test('values of any kind reach Helm byte for byte, and are never a template', t => {
  const parent = parseSyncRequest({
    parent: { apiVersion: 'a', kind: 'Service', metadata: { name: 'api', namespace: 'team' } },
  }).parent
  const odd = fc.constantFrom(
    '{{ .name }}',
    'yes',
    '1_000',
    '<<',
    '\u0085',
    '\ufeff',
    '0x1F',
    '~',
    'null',
    '12e03',
    '"',
    "'",
    '# x',
    '\t',
  )
  const text = fc.oneof(odd, fc.string({ unit: 'binary' }))
  const { value: any } = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number + 0),
      fc.constantFrom<unknown>(true, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(text, any, { maxKeys: 4 }), text, (values, name) => {
      const element = {
        ...{ name, cluster: name, namespace: name, repoURL: name, path: name, targetRevision: name, releaseName: name },
        values: helmValues(values),
      }
      const set: any = applicationSet(parent, {
        name: 'api',
        elements: [element],
        labels: {},
        project: 'p',
        image: name,
        imageNote: name,
      })
      const { template, generators } = set.spec
      same(
        JSON.stringify(template)
          .replace(/\{\{ \.\w+ \}\}/g, '')
          .includes('{{'),
        false,
      )
      const filled: any = fillTemplate(template, generators[0].list.elements[0])
      same(filled.spec.source.helm.values, element.values)
      for (const version of ['1.1', '1.2'] as const) {
        same(JSON.stringify(parse(element.values, { version })), JSON.stringify(values))
      }
    }),
    { numRuns: 1000 },
  )
  t.end()
})

const workspace = { A: 'a', B: 'b$&$1', 'team/x.y_z-1': 'odd', EMPTY: '', N: '8080' } as Record<string, string>
const deep = (levels: number): unknown => (levels === 0 ? '${workspace.A}' : [deep(levels - 1)])
const placeholders: [why: string, given: unknown, want: unknown, missing?: string[]][] = [
  ['a placeholder alone', '${workspace.A}', 'a'],
  ['within text, more than once', 'x${workspace.A}y${workspace.A}z', 'xayaz'],
  ['what is filled in is no pattern and is not filled in again', '${workspace.B}', 'b$&$1'],
  ['an annotation key with prefix and signs', '${workspace.team/x.y_z-1}', 'odd'],
  ['an empty value is a value', '<${workspace.EMPTY:-no}>', '<>'],
  ['a value that looks like a number stays text', '${workspace.N}', '8080'],
  ['a default that is not needed', '${workspace.A:-no}', 'a'],
  ['a default that is', '${workspace.GONE:-yes}', 'yes'],
  ['an empty default', '<${workspace.GONE:-}>', '<>'],
  ['a default with odd signs and line breaks', '${workspace.GONE:-a:-"$1" \n$$}', 'a:-"$1" \n$$'],
  ['a missing name stays as it is and is told', 'x${workspace.GONE}', 'x${workspace.GONE}', ['GONE']],
  [
    'every missing name, sorted, once',
    ['${workspace.Z}${workspace.Y}', '${workspace.Z}'],
    ['${workspace.Z}${workspace.Y}', '${workspace.Z}'],
    ['Y', 'Z'],
  ],
  [
    'names of Object’s prototype are no values',
    '${workspace.constructor}',
    '${workspace.constructor}',
    ['constructor'],
  ],
  ['an escape', '$${workspace.A}', '${workspace.A}'],
  ['an escape of an escape', '$$${workspace.A}', '$${workspace.A}'],
  ['an escape without end is text', '$${workspace.', '${workspace.'],
  ['an escape beside a placeholder', '$${workspace.A}${workspace.A}', '${workspace.A}a'],
  ['dollars before other braces', '$${other.A} $$ ${A}', '$${other.A} $$ ${A}'],
  [
    'what only looks like one',
    '${ workspace.A} ${workspaces.A} {workspace.A} $workspace.A',
    '${ workspace.A} ${workspaces.A} {workspace.A} $workspace.A',
  ],
  [
    'what is no text keeps its type',
    { a: 1, b: true, c: null, d: 1.5, e: [] },
    { a: 1, b: true, c: null, d: 1.5, e: [] },
  ],
  ['deep in lists and maps', [[{ a: ['${workspace.A}'] }]], [[{ a: ['a'] }]]],
  ['keys stay', { '${workspace.A}': '${workspace.A}' }, { '${workspace.A}': 'a' }],
  [
    '__proto__ is a key like any',
    JSON.parse('{"__proto__":{"x":"${workspace.A}"}}'),
    JSON.parse('{"__proto__":{"x":"a"}}'),
  ],
  ['100 levels', deep(100), JSON.parse('['.repeat(100) + '"a"' + ']'.repeat(100))],
]
for (const [why, given, want, missing = []] of placeholders) {
  t.test(`placeholder: ${why}`, async t => {
    const filled = fillPlaceholders(given, name => (Object.hasOwn(workspace, name) ? workspace[name] : undefined))
    t.equal(JSON.stringify(filled), JSON.stringify({ value: want, missing }))
  })
}

const badPlaceholders: [why: string, given: unknown, message: RegExp][] = [
  [
    'without an end',
    { values: { a: ['x', 'y ${workspace.A'] } },
    /^spec\.source\.values\.a\.1: '\$\{workspace\.A' does not end; /,
  ],
  ['without name and end', '${workspace.', /^spec\.source: '\$\{workspace\.' does not end; /],
  ['without a name', '${workspace.}', / names no value; /],
  ['with a default only', '${workspace.:-x}', / has a default but no name; /],
  ['with blanks', '${workspace.A B}', /'\$\{workspace\.A B' has a name with other than letters/],
  ['with a line break', '${workspace.A\n}', / has a name with other than letters/],
  ['with a sign first', '${workspace.-A}', / has a name with other than letters/],
  ['with another shell’s default', '${workspace.A:x}', /'\$\{workspace\.A:x' has a name with other than/],
  ['another within its name', '${workspace.${workspace.A}}', / has braces within/],
  ['another within its default', '${workspace.GONE:-${workspace.A}}', /'\$\{workspace\.GONE' has braces within/],
  ['JSON as its default', '${workspace.A:-{"a":1}}', / has braces within/],
  ['a password as its default', '${workspace.A:-canary', /^(?!.*canary).* does not end/],
  ['a long name', `\${workspace.${'x'.repeat(5000)}`, /^.{60,300}$/],
  ['deeper than reason', deep(101), /^spec\.source is nested deeper than 100 levels/],
]
for (const [why, given, message] of badPlaceholders) {
  t.test(`bad placeholder: ${why}`, async t => {
    t.throws(() => fillPlaceholders(given, () => 'x'), { message })
  })
}
