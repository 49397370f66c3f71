import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { fillTemplate } from '../lib/cli/argo-cd-stand-in.js'
import { parseTagsOption, tagsInManifests } from '../lib/cli/registry-stand-in.js'
import { table } from '../lib/cli/table.js'

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** Runs the program as a user does, with something on standard input. */
async function alustan(args: readonly string[], input = '', env: Record<string, string> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['dist/lib/cli/main.js', ...args], { env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end(input)
  const code = await new Promise<number>(resolve => child.on('close', code => resolve(code ?? -1)))
  return { code, stdout, stderr }
}

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
const faults: [why: string, input: string, message: RegExp][] = [
  ['YAML that does not end', 'a: [1,\n', /^alustan: -:\d+: is no YAML: /],
  ['a list', '- a\n- b\n', /^alustan: -:1: is no mapping; write apiVersion, kind and metadata\n$/],
  ['no apiVersion', 'kind: Service\n', /^alustan: -:1: has no apiVersion\n$/],
  ['no kind', 'apiVersion: v1\n', /^alustan: -:1: has no kind\n$/],
  ['no name', 'apiVersion: v1\nkind: Secret\nmetadata: {}\n', /^alustan: -:1: Secret has no metadata\.name\n$/],
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
    /^alustan: -:6: Service 'x': spec\.source is missing; add it, an object\n$/,
  ],
  [
    'a field of the wrong type',
    service('  workspace: staging\n  source:\n    repoURL: 7\n'),
    /^alustan: -:8: Service 'x': spec\.source\.repoURL is no string; write a string\n$/,
  ],
  [
    'the second document',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\nkind: x\n',
    /^alustan: -:5: has no apiVersion\n$/,
  ],
  [
    'a twin',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n',
    /Secret 'a' in namespace 'default' is given twice; remove one\n$/,
  ],
  [
    'nothing of ours',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n',
    /no Service or Terraform of alustan\.io\/v1alpha1/,
  ],
]
for (const [why, input, message] of faults) {
  t.test(`render says in one line what is wrong with ${why}`, async t => {
    const { code, stdout, stderr } = await alustan(['render', '-'], input)
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, message)
    t.equal(stderr.split('\n').length, 2, 'one line')
  })
}

t.test('other mistakes are one line too', async t => {
  const rows: [args: string[], env: Record<string, string>, message: RegExp][] = [
    [['render', 'no-such-file.yaml'], {}, /^alustan: no-such-file\.yaml: cannot be read \(ENOENT\); /],
    [['render', WORKSPACE, '--tags', 'alustan'], {}, /--tags 'alustan' is not IMAGE=TAG,TAG/],
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
