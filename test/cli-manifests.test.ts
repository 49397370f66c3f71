import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { readManifests } from '../lib/cli/read-manifests.js'
import { AlustanError } from '../lib/errors.js'
import { alustan, SERVICES, TAGS, WORKSPACE } from './run-cli.js'

const service = (spec: string) => `apiVersion: alustan.io/v1alpha1\nkind: Service\nmetadata:\n  name: x\nspec:\n${spec}`
const SPEC = '  workspace: staging\n  source:\n    repoURL: https://example.com/charts\n'
/** A few hundred bytes that would become 9 ** levels values. */
const bomb = (levels: number) =>
  Array.from(
    { length: levels },
    (_, i) =>
      `a${i}: &a${i} [${Array(9)
        .fill(i === 0 ? 'x' : `*a${i - 1}`)
        .join()}]\n`,
  ).join('')

const faults: [why: string, input: string, message: RegExp][] = [
  ['YAML that does not end', 'a: [1,\n', /^-:\d+: is no YAML: /],
  ['a list', '- a\n- b\n', /^-:1: is no mapping; write apiVersion, kind and metadata$/],
  ['no apiVersion', 'kind: Service\n', /^-:1: has no apiVersion$/],
  ['no kind', 'apiVersion: v1\n', /^-:1: has no kind$/],
  ['no name', 'apiVersion: v1\nkind: Secret\nmetadata: {}\n', /^-:3: Secret has no metadata\.name$/],
  [
    'an unknown version of ours',
    'apiVersion: alustan.io/v2\nkind: Service\nmetadata: {name: x}\n',
    /Service 'x' is of alustan\.io\/v2; alustan has/,
  ],
  [
    'an unknown kind of ours',
    'apiVersion: alustan.io/v1alpha1\nkind: Servic\nmetadata: {name: x}\n',
    /Servic 'x' is of alustan\.io\/v1alpha1; alustan has/,
  ],
  [
    'a missing field',
    service('  workspace: staging\n'),
    /^-:6: Service 'x': spec\.source is missing; add it, an object$/,
  ],
  [
    'a field of the wrong type',
    service('  workspace: staging\n  source:\n    repoURL: 7\n'),
    /^-:8: Service 'x': spec\.source\.repoURL is no string; write a string$/,
  ],
  [
    'a number that reading it rounds',
    service(`${SPEC}    values:\n      cluster: x\n      ids:\n        - 1\n        - 9007199254740993\n`),
    /^-:13: Service 'x': spec\.source\.values\.ids\.1: a number beyond ±9007199254740991 may be .*; put it in quotes$/,
  ],
  [
    'the second document',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\nkind: x\n',
    /^-:5: has no apiVersion$/,
  ],
  [
    'a twin',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n',
    /^-:5: Secret 'a' in namespace 'default' is given at -:1 too; remove one$/,
  ],
  [
    'a twin of another version, which would be the same object',
    `${service(SPEC)}---\n${service(SPEC)}`,
    /^-:10: Service 'x' in namespace 'default' is given at -:1 too; remove one$/,
  ],
  ['a key that is there twice', 'kind: a\nkind: b\n', /^-:2: is no YAML: Map keys must be unique$/],
  ['aliases that multiply', bomb(9), /^-:1: has aliases \(\*NAME\) without measure, or one that leads back/],
  ['an alias that holds itself', 'kind: x\na: &a [*a]\n', /^-:1: has aliases .*; write their values out$/],
  ['brackets without end', '['.repeat(20_000), /^-(:1)?: is nested too deep to be read; flatten it$/],
  ['bytes that are no text', 'kind: x\n\0\u0001', /^-:2: is no UTF-8 text; give a YAML file, saved as UTF-8$/],
  ['nothing at all', '', /^-: no Service or Terraform of alustan\.io\/v1alpha1 in it; give one$/],
  ['only comments', '# a\n---\n# b\n', /^-: no Service or Terraform of/],
  [
    'a name that is a number',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: 5\n',
    /^-:4: Secret: metadata\.name is no text; put it in quotes$/,
  ],
  [
    'a namespace that is a list',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: [b]\n',
    /^-:5: Secret 'a': metadata\.namespace is no text; put it in quotes, or leave it out$/,
  ],
  [
    'an annotation that is a number, which the API server refuses too',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations:\n    PORT: 5432\n',
    /^-:6: Secret 'a': metadata\.annotations\.PORT is no text; put it in quotes$/,
  ],
  [
    'labels that are a text',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  labels: b\n',
    /^-:5: Secret 'a': metadata\.labels is no map; write NAME: "TEXT" below it$/,
  ],
  [
    'finalizers that are a text',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  finalizers: x\n',
    /^-:5: Secret 'a': metadata\.finalizers is no list of texts; write one, or leave it out$/,
  ],
  [
    'ownerReferences that are a number',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  ownerReferences: 7\n',
    /^-:5: Secret 'a': metadata\.ownerReferences is no list of references with apiVersion, kind, name and uid; /,
  ],
  [
    'ownerReferences that are names',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  ownerReferences: [b]\n',
    /^-:5: Secret 'a': metadata\.ownerReferences is no list of references/,
  ],
  [
    'a name that no resource of ours may have',
    service(SPEC).replace('name: x', 'name: Not.Mine'),
    /^-:4: Service 'Not\.Mine': metadata\.name: a name is made of lower-case letters.*; at most 50 characters$/,
  ],
  [
    'a field that does not exist',
    service(`${SPEC}  containerRegistry:\n    provider: docker\n    imageName: a/b\n    semanticVerison: '1'\n`),
    /^-:12: Service 'x': spec\.containerRegistry\.semanticVerison does not exist; check its spelling and indentation$/,
  ],
  [
    'an item of a List',
    'apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    metadata: {name: a}\n  - kind: x\n',
    /^-:7: has no apiVersion$/,
  ],
  [
    'nothing of ours',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n',
    /no Service or Terraform of alustan\.io\/v1alpha1/,
  ],
]
t.test('whatever is wrong with a file is told in one line, with file, line, fault and cure', async t => {
  const file = `${t.testdir({ 'given.yaml': '' })}/given.yaml`
  for (const [why, input, message] of faults) {
    writeFileSync(file, input)
    try {
      readManifests([file])
      t.fail(why)
    } catch (thrown) {
      t.type(thrown, AlustanError, why)
      t.match((thrown as AlustanError).message.replaceAll(file, '-'), message, why)
    }
  }
})

t.test('the program tells it on stderr, with nothing on stdout', async t => {
  const { code, stdout, stderr } = await alustan(['render', '-'], bomb(9))
  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(stderr, /^alustan: -:1: has aliases \(\*NAME\) without measure[^\n]*\n$/)
})

t.test('render takes a List as kubectl prints it, and a file given twice counts once', async t => {
  const items = parseAllDocuments(readFileSync(SERVICES, 'utf8')).map(document => document.toJS())
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const { code, stdout, stderr } = await alustan(['render', '-', WORKSPACE, WORKSPACE, ...TAGS, '-o', 'json'], list)
  t.equal(stderr, '')
  t.equal(code, 0)
  t.match(JSON.parse(stdout), [{ name: 'api-service' }, { name: 'web-service' }])
})

t.test('other mistakes are one line too', async t => {
  const rows: [args: string[], env: Record<string, string>, message: RegExp][] = [
    [['render', 'no-such-file.yaml'], {}, /^alustan: no-such-file\.yaml: cannot be read \(ENOENT\); /],
    [['render', WORKSPACE, '--tags', 'alustan'], {}, /--tags 'alustan' is not IMAGE=TAG,TAG/],
    [
      ['render', t.testdir({ 'a.txt': '', 'b.yaml': {} })],
      {},
      /: has no file that ends in \.yaml or \.yml; give a folder/,
    ],
    [['simulate', 'test/fixtures'], {}, /^alustan: test\/fixtures\/refused\.yaml:\d+: is no mapping; write apiVersion/],
    [['simulate', WORKSPACE], {}, /^alustan: examples\/workspace\.yaml: no Service or Terraform of/],
    [
      ['simulate', SERVICES, 'metacontroller/services.yaml'],
      {},
      /^alustan: metacontroller\/services\.yaml:\d+: CompositeController 'alustan-services': the simulated cluster has no such/,
    ],
    [['render', WORKSPACE, '--unknown'], {}, /^alustan: unknown option '--unknown'; see 'alustan render --help'\n$/],
    [['render', WORKSPACE, '--outptu'], {}, /^alustan: unknown option '--outptu'; did you mean '--output'\?\n$/],
    [['render'], {}, /^alustan: missing required argument 'file'; see 'alustan render --help'\n$/],
    [['trac'], {}, /^alustan: unknown command 'trac'; did you mean 'trace'\?\n$/],
    [['publish'], {}, /^alustan: unknown command 'publish'; see 'alustan --help'\n$/],
    [['scan', 'a', '-o', 'xml'], {}, /^alustan: option .* argument 'xml' is invalid\. Allowed choices are [a-z, ]+\n$/],
    [['render', SERVICES], { APP_SYNC_INTERVAL: 'soon' }, /^alustan: environment: APP_SYNC_INTERVAL 'soon'/],
    [['simulate', 'examples/terraform.yaml', 'LICENSE'], {}, /^alustan: LICENSE:\d+: /],
  ]
  for (const [args, env, message] of rows) {
    const { code, stderr } = await alustan(args, '', env)
    t.equal(code, 1, args.join(' '))
    t.match(stderr, message)
    t.notMatch(stderr, /\n {4}at /, 'no stack')
  }
})
