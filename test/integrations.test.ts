import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import t from 'tap'
import { LuaFactory } from 'wasmoon'
import { parse, parseAllDocuments } from 'yaml'

const patch = parse(readFileSync('docs/argo-cd-health.yaml', 'utf8'))
const health = (kind: string): string => patch.data[`resource.customizations.health.alustan.io_${kind}`]

/** A value as Lua writes it, so that the script sees tables as in Argo CD. */
function lua(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `{${value.map(lua).join(', ')}}`
  return `{${Object.entries(value)
    .map(([key, item]) => `[${JSON.stringify(key)}] = ${lua(item)}`)
    .join(', ')}}`
}

const stalled = [
  { type: 'Ready', status: 'False' },
  { type: 'Stalled', status: 'True' },
]
const status = (state: string, more: object = {}) => ({ state, message: `is ${state}`, observedGeneration: 2, ...more })
const rows: [why: string, object: Record<string, object>, want: string, message: string | RegExp][] = [
  ['nobody looked at it', {}, 'Progressing', /waits for alustan/],
  ['a status without a state', { status: {} }, 'Progressing', /waits for alustan/],
  ['it runs as asked', { status: status('Completed') }, 'Healthy', 'is Completed'],
  ['deployed; its outputs are not valid or not there yet', { status: status('Success') }, 'Healthy', 'is Success'],
  ['on its way', { status: status('Progressing') }, 'Progressing', 'is Progressing'],
  ['others come first', { status: status('Blocked') }, 'Progressing', 'is Blocked'],
  ['a cycle: waiting is useless', { status: status('Blocked', { conditions: stalled }) }, 'Degraded', 'is Blocked'],
  ['what was asked for failed', { status: status('Failed') }, 'Degraded', 'is Failed'],
  ['what to run cannot be computed', { status: status('Error') }, 'Degraded', 'is Error'],
  [
    'the status is of the spec before',
    { status: status('Completed', { observedGeneration: 1 }) },
    'Progressing',
    'waits for alustan to look at the last change',
  ],
  ['suspended, whatever its state', { spec: { suspend: true }, status: status('Failed') }, 'Suspended', 'is Failed'],
  [
    'it goes',
    { metadata: { generation: 3, deletionTimestamp: '2026-01-01T00:00:00Z' }, status: status('Blocked') },
    'Progressing',
    'is Blocked',
  ],
  ['a status without a message', { status: { state: 'Completed' } }, 'Healthy', 'Completed'],
]

t.test('Argo CD’s health of both kinds follows their state', async t => {
  t.equal(health('Service'), health('Terraform'))
  const engine = await new LuaFactory().createEngine()
  t.teardown(() => engine.global.close())
  for (const [why, given, want, message] of rows) {
    const object = { metadata: { name: 'x', generation: 2 }, spec: {}, ...given }
    const found = await engine.doString(
      `obj = ${lua(object)}\nlocal function check()\n${health('Service')}\nend\nreturn check()`,
    )
    t.match(found, { status: want, message }, why)
  }
})

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, keywords: ['patternErrorMessage'] })
const schemas = {
  Service: ajv.compile(JSON.parse(readFileSync('docs/schemas/service.json', 'utf8'))),
  Terraform: ajv.compile(JSON.parse(readFileSync('docs/schemas/terraform.json', 'utf8'))),
}
type Kind = keyof typeof schemas
const example = (file: string) =>
  parseAllDocuments(readFileSync(`examples/${file}.yaml`, 'utf8')).map(document => document.toJS())

t.test('editors find the examples right, by the schema that the examples name', async t => {
  for (const file of ['services', 'terraform']) {
    for (const object of example(file)) {
      const check = schemas[object.kind as Kind]
      t.ok(check(object), `${object.metadata.name}: ${ajv.errorsText(check.errors)}`)
    }
    const named = [...readFileSync(`examples/${file}.yaml`, 'utf8').matchAll(/\$schema=\.\.\/(.*)/g)]
    t.ok(named.length > 0)
    for (const [, path = ''] of named) t.ok(JSON.parse(readFileSync(path, 'utf8')).$schema)
  }
})

t.test('and find what is wrong', async t => {
  const [service] = example('services')
  const [terraform] = example('terraform')
  const bad: [why: string, kind: Kind, change: (object: any) => unknown, message: RegExp][] = [
    ['a misspelt field', 'Service', o => (o.spec.sauce = {}), /data\/spec must NOT have additional properties/],
    ['a missing field', 'Service', o => delete o.spec.workspace, /must have required property 'workspace'/],
    ['a wrong type', 'Service', o => (o.spec.suspend = 'no'), /data\/spec\/suspend must be boolean/],
    [
      'an unknown provider',
      'Service',
      o => (o.spec.containerRegistry.provider = 'quay'),
      /must be equal to one of the allowed/,
    ],
    [
      'an image with a tag',
      'Service',
      o => (o.spec.containerRegistry.imageName = 'a/b:1'),
      /imageName must match pattern/,
    ],
    ['another kind', 'Service', o => (o.kind = 'Servic'), /data\/kind must be equal to constant/],
    ['a long name', 'Service', o => (o.metadata.name = 'x'.repeat(51)), /name must NOT have more than 50 characters/],
    [
      'a number for a text',
      'Terraform',
      o => (o.spec.variables.TF_VAR_x = { a: 1 }),
      /data\/spec\/variables\/TF_VAR_x must be/,
    ],
    [
      'a policy that does not exist',
      'Terraform',
      o => (o.spec.deletionPolicy = 'keep'),
      /must be equal to one of the allowed/,
    ],
    ['too many retries', 'Terraform', o => (o.spec.retries = 21), /data\/spec\/retries must be <= 20/],
  ]
  for (const [why, kind, change, message] of bad) {
    const object = structuredClone(kind === 'Service' ? service : terraform)
    change(object)
    t.notOk(schemas[kind](object), why)
    t.match(ajv.errorsText(schemas[kind].errors), message, why)
  }
  const values = structuredClone(service)
  values.spec.source.values = { any: { thing: [1, true, null] } }
  t.ok(schemas.Service(values), 'Helm values are free')
})

t.test('the manual of the command line has every command, with examples, and every exit code', async t => {
  const manual = readFileSync('docs/cli.md', 'utf8')
  for (const name of ['trace', 'graph', 'reconcile', 'scan', 'render', 'simulate', 'demo', 'completion']) {
    t.match(manual, new RegExp(`## ${name}\n\n\`\`\`\nUsage: alustan ${name} `))
  }
  t.match(manual, /\| 6 \| no tag satisfies the constraint \|/)
})
