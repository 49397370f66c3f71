import { readFileSync } from 'node:fs'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { fillTemplate } from '../lib/cli/argo-cd-stand-in.js'
import { demo } from '../lib/cli/demo.js'
import { parseTagsOption, tagsInManifests } from '../lib/cli/registry-stand-in.js'
import { screenFor } from '../lib/cli/screen.js'
import { table } from '../lib/cli/table.js'
import { parseConfig } from '../lib/config.js'
import { alustan, SERVICES, TAGS, WORKSPACE } from './run-cli.js'

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

t.test('render as a table has a row for each resource and each of its children', async t => {
  const { stdout } = await alustan(['render', WORKSPACE, SERVICES, ...TAGS, '-o', 'table'])
  t.match(stdout.split('\n'), [
    /^KIND +NAMESPACE +NAME +OF +STATE +MESSAGE$/,
    /^Service +default +api-service +Progressing +\S/,
    /^ApplicationSet +default +api-service +Service\/api-service$/,
    /^Service +default +web-service +Blocked +waits for Service\/api-service/,
    /^$/,
  ])
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
      ['api-service', 'x\n  y'],
    ]),
    ['NAME          STATE', 'api-service   x y'],
  )
  t.end()
})
