import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { fillTemplate } from '../lib/cli/argo-cd-stand-in.js'
import { demo } from '../lib/cli/demo.js'
import { parseTagsOption, tagsInManifests } from '../lib/cli/registry-stand-in.js'
import { readManifests } from '../lib/cli/read-manifests.js'
import { screenFor } from '../lib/cli/screen.js'
import { table } from '../lib/cli/table.js'
import { parseConfig } from '../lib/config.js'
import { AlustanError } from '../lib/errors.js'
import { alustan } from './run-cli.js'

const WORKSPACE = 'examples/workspace.yaml'
const SERVICES = 'examples/services.yaml'
const TAGS = ['--tags', 'alustan/backend=0.2.0,0.2.1', '--tags', 'alustan/web=1.1.0,1.1.3,1.2.0']

t.test('render prints children and status of every resource as YAML, through the hooks', async t => {
  const { code, stdout, stderr } = await alustan(['render', WORKSPACE, SERVICES, ...TAGS])
  t.equal(stderr, '')
  t.equal(code, 0)
  const documents = parseAllDocuments(stdout).map(document => document.toJS())
  t.match(documents, [
    { kind: 'ApplicationSet', metadata: { name: 'api-service', namespace: 'default' } },
    { status: { state: 'Progressing', image: 'alustan/backend:0.2.1' } },
    { status: { state: 'Blocked', blockedBy: [{ kind: 'Service', name: 'api-service' }] } },
  ])
  t.match(stdout, '# Service default/api-service: ApplicationSet\n')
})

t.test('tags are of an image in whatever registry, also where the option names one', t => {
  const given = ['alustan/a=1.0.0,1.1.0', 'localhost:5000/alustan/b=2.0.0', 'ghcr.io/c=3.0.0', 'localhost/d=4.0.0']
  t.same(
    [...parseTagsOption(given)],
    [
      ['alustan/a', ['1.0.0', '1.1.0']],
      ['alustan/b', ['2.0.0']],
      ['c', ['3.0.0']],
      ['d', ['4.0.0']],
    ],
  )
  t.end()
})

t.test('render takes observed children from the files: what runs is kept though the workspace is missing', async t => {
  const first = await alustan(['render', WORKSPACE, SERVICES, ...TAGS, '-o', 'json'])
  const [{ children }] = JSON.parse(first.stdout)
  const { stdout } = await alustan(['render', '-', SERVICES, ...TAGS, '-o', 'json'], JSON.stringify(children[0]))
  const [api] = JSON.parse(stdout)
  t.equal(api.status.state, 'Error')
  t.match(api.status.message, /workspace 'staging' has no Secret/)
  t.match(api.children, [{ metadata: { name: 'api-service' }, spec: children[0].spec }])
})

t.test('render without tags asks the registries of the environment, and says when they are down', async t => {
  const env = { DOCKER_REGISTRY_URL: 'http://127.0.0.1:9' }
  const { code, stdout } = await alustan(['render', WORKSPACE, SERVICES, '-o', 'json'], '', env)
  t.equal(code, 0)
  t.match(JSON.parse(stdout)[0].status, { state: 'Error', message: /127\.0\.0\.1:9/ })
})

t.test('simulate plays the examples to the end, the same at every run, and shows what exists', async t => {
  const first = await alustan(['simulate', WORKSPACE, SERVICES, ...TAGS])
  t.equal(first.code, 0, first.stderr)
  t.match(first.stdout, /stand-ins/)
  t.match(first.stdout, /Service\/web-service +Blocked +waits for Service\/api-service/)
  t.match(first.stdout, /Service\/web-service +Completed +alustan\/web:1\.1\.3/)
  t.match(first.stdout, /What exists:\nService\/api-service {2}Completed\n└─ ApplicationSet\/api-service/)
  t.equal((await alustan(['simulate', WORKSPACE, SERVICES, ...TAGS])).stdout, first.stdout)
})

t.test('pull requests of --pulls have copies, beside the Service that they are of', async t => {
  const pulls = ['--pulls', 'alustan/web-app-demo=7:feature/login,9:Fix']
  const { code, stdout, stderr } = await alustan(['simulate', WORKSPACE, SERVICES, ...TAGS, ...pulls])
  t.equal(code, 0, stderr)
  t.match(
    stdout,
    /ApplicationSet\/web-service-preview\n {3}├─ Application\/preview-web-service-fix-9-[0-9a-f]{8} {2}Synced {2}Healthy/,
  )
  t.match(stdout, /└─ Application\/preview-web-service-feature-login-7-[0-9a-f]{8} {2}Synced {2}Healthy\n/)
  const bad = await alustan(['render', SERVICES, '--pulls', 'alustan=7'])
  t.match(bad.stderr, /^alustan: --pulls 'alustan=7' is not OWNER\/NAME=NUMBER:BRANCH/)
})

t.test('simulate ends with 1 and says what is not Completed', async t => {
  const { code, stdout, stderr } = await alustan(['simulate', SERVICES])
  t.equal(code, 1)
  t.match(stdout, /workspace 'staging' has no Secret/)
  t.match(stderr, /^alustan: not Completed: Service\/api-service, Service\/web-service/)
})

t.test('the demo comes out right and leaves nothing', async t => {
  const { code, stdout, stderr } = await alustan(['demo'])
  t.equal(code, 0, stderr)
  t.match(stdout, /Nothing is left\.\n$/)
  t.match(stdout, /alustan\/backend:0\.3\.0 +synced and healthy/)
})

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

/** What a terminal shows in the end of all that was written to it. */
function shownBy(written: string): string[] {
  const lines: string[] = []
  let row = 0
  for (const piece of written.split(/(\x1b\[\d*[A-Za-z]|\n)/)) {
    const up = /^\x1b\[(\d+)F$/.exec(piece)?.[1]
    if (up !== undefined) row -= Number(up)
    else if (piece === '\x1b[J') lines.length = row
    else if (piece === '\n') row++
    else if (!piece.startsWith('\x1b')) lines[row] = (lines[row] ?? '') + piece
  }
  return Array.from(lines, line => line)
}

t.test('the demo moves one table on a terminal while it waits, and repeats none', async t => {
  let written = ''
  const terminal = { isTTY: true, columns: 200, write: (text: string) => (written += text) }
  t.equal(await demo(parseConfig({}), screenFor(terminal, {}, 0)), 0)
  const tables = shownBy(written)
    .join('\n')
    .split(/\n(?=KIND )/)
    .slice(1)
    .map(text => text.split('\nafter')[0])
  t.ok(tables.length >= 6, 'a table for each chapter')
  for (const [index, table] of tables.entries()) t.not(table, tables[index - 1])
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
    [['render', WORKSPACE, '--unknown'], {}, /^alustan: unknown option '--unknown'/],
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

t.test('help has examples', async t => {
  for (const command of ['render', 'simulate'])
    t.match((await alustan([command, '--help'])).stdout, /Examples?:\n {2}alustan/)
})

t.test('the request of the README is one that the hooks take', t => {
  const request = JSON.parse(readFileSync('examples/requests/service-sync.json', 'utf8'))
  t.match(request, { parent: { kind: 'Service' }, children: {}, related: {}, finalizing: false })
  t.end()
})

t.test('the stand-in fills a template with data, never with more template', t => {
  const element = { name: 'x', values: '{{ .name }} "quoted"\n' }
  t.strictSame(fillTemplate({ a: '{{ .name }}', b: ['{{ .values }}'] }, element), { a: 'x', b: [element.values] })
  t.end()
})

t.test('tags come from the option, else from the manifests', t => {
  t.strictSame([...parseTagsOption(['a/b=1.0.0,1.1.0'])], [['a/b', ['1.0.0', '1.1.0']]])
  const object = (imageName: string, image: string, semanticVersion: string) => ({
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Service',
    metadata: { name: 'x' },
    spec: { containerRegistry: { imageName, semanticVersion }, source: { values: { image } } },
  })
  t.strictSame([...tagsInManifests([object('a/b', 'ghcr.io/a/b:0.2.0', '>=0.2.0')])], [['a/b', ['0.2.0']]])
  t.strictSame([...tagsInManifests([object('a/b', 'none', '~1.1')])], [['a/b', ['1.1.0']]])
  t.end()
})

t.test('a table has kubectl’s columns', t => {
  t.strictSame(
    table([
      ['NAME', 'STATE'],
      ['api-service', 'x'],
    ]),
    ['NAME          STATE', 'api-service   x'],
  )
  t.end()
})
