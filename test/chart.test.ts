import { readFileSync, readdirSync } from 'node:fs'
import { Ajv } from 'ajv'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { VARIABLES, parseConfig } from '../lib/config.js'
import { attempt } from '../lib/errors.js'
import { buildMetrics } from '../hooks/metrics.js'

// What can be said of the chart without Helm; what Helm makes of it, `npm run e2e -- install` shows.

const CHART = 'charts/alustan'
const read = (path: string): string => readFileSync(`${CHART}/${path}`, 'utf8')
const schema: any = JSON.parse(read('values.schema.json'))
const defaults: any = parse(read('values.yaml'))
const validate = new Ajv({ allowUnionTypes: true }).compile(schema)

/** The first fault of values, as `path: message`. */
function faultOf(values: unknown): string | undefined {
  if (validate(values)) return undefined
  const { instancePath, message, params } = validate.errors![0]!
  return `${instancePath}: ${message} ${params.additionalProperty ?? ''}`.trim()
}

t.test('chart and project have the same version', async t => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  t.match(parse(read('Chart.yaml')), { version, appVersion: version })
})

t.test("the schema takes the chart's own values and those of every file in ci/", async t => {
  t.equal(faultOf(defaults), undefined)
  for (const file of readdirSync(`${CHART}/ci`)) t.equal(faultOf(parse(read(`ci/${file}`))), undefined, file)
})

const bad: [why: string, values: object, want: string][] = [
  ['a unit written out', { appSyncInterval: '5 minutes' }, '/appSyncInterval: must match pattern'],
  ['a number without a unit', { infraSyncInterval: '300' }, '/infraSyncInterval: must match pattern'],
  ['a number where a text is due', { previewSyncInterval: 5 }, '/previewSyncInterval: must be string'],
  ['a namespace that cannot be', { secretsNamespace: 'Alustan_1' }, '/secretsNamespace: must match pattern'],
  ['a quoted number', { replicaCount: '2' }, '/replicaCount: must be integer'],
  ['a quoted boolean', { readPodLogs: 'true' }, '/readPodLogs: must be boolean'],
  ['a path for a namespace', { argoCdNamespace: 'argo/cd' }, '/argoCdNamespace: must match pattern'],
  ['a list written as text', { allowedProjects: 'a,b' }, '/allowedProjects: must be array'],
  ['two projects in one', { allowedProjects: ['a,b'] }, '/allowedProjects/0: must match pattern'],
  ['a pattern of projects', { allowedProjects: ['*'] }, '/allowedProjects/0: must match pattern'],
  ['a pattern of hosts', { allowedRegistryHosts: ['*.h'] }, '/allowedRegistryHosts/0: must match pattern'],
  ['a host with a path', { allowedRegistryHosts: ['h/a'] }, '/allowedRegistryHosts/0: must match pattern'],
  ['a port where none is due', { allowedTokenHosts: ['h:443'] }, '/allowedTokenHosts/0: must match pattern'],
  ['a URL without its scheme', { hookURL: 'alustan.svc:8080' }, '/hookURL: must match pattern'],
  ['another protocol', { endpoints: { github: 'ssh://git' } }, '/endpoints/github: must match pattern'],
  ['a map where a credential is due', { githubToken: { value: 'x' } }, '/githubToken: must be string'],
  [
    'a Secret named without its field',
    { existingSecrets: { hookToken: 'x' } },
    '/existingSecrets/hookToken: must be object',
  ],
  [
    'a misspelt field',
    { existingSecrets: { hookToken: { nmae: 'x' } } },
    '/existingSecrets/hookToken: must NOT have additional properties nmae',
  ],
  ['a misspelt value', { githubtoken: 'x' }, ': must NOT have additional properties githubtoken'],
  ['a tag in the repository', { image: { repository: 'alustan/alustan:1' } }, '/image/repository: must match pattern'],
  ['a digest that is none', { image: { digest: 'latest' } }, '/image/digest: must match pattern'],
  ['a port that is none', { networkPolicy: { egressPorts: [0] } }, '/networkPolicy/egressPorts/0: must be >= 1'],
  ['a severity that is none', { logLevel: 'loud' }, '/logLevel: must be equal to one of the allowed values'],
  ['a null where Helm would drop the key', { service: { port: null } }, '/service/port: must be integer'],
]
t.test('the schema refuses wrong values and names the one', async t => {
  for (const [why, values, want] of bad) t.match(faultOf(values), new RegExp(`^${want}`), why)
})

const entries: [list: string, variable: string, candidates: string[]][] = [
  [
    'allowedProjects',
    'ALLOWED_PROJECTS',
    ['team-a', 'a.b', 'Team_A', '*', 'team-*', '-a', 'x'.repeat(63), 'x'.repeat(64)],
  ],
  [
    'allowedRegistryHosts',
    'ALLOWED_REGISTRY_HOSTS',
    [
      'h',
      'H.example.com:5000',
      'http://h',
      'https://h:1',
      '*.example.com',
      'h/a',
      'h:port',
      'h:123456',
      'ssh://h',
      'u@h',
    ],
  ],
  ['allowedTokenHosts', 'ALLOWED_TOKEN_HOSTS', ['h', 'H.example.com', 'h:443', 'https://h', '*.h', 'h/a', 'u@h', '-h']],
]
t.test('the schema and the server agree on what a list may name', async t => {
  for (const [list, variable, candidates] of entries) {
    for (const entry of candidates) {
      const refused = attempt(() => parseConfig({ [variable]: entry }))
      t.equal(faultOf({ [list]: [entry] }) === undefined, refused.failure === undefined, `${list} ${entry}`)
    }
  }
})

t.test('no rule of the schema would print a credential', async t => {
  for (const name of Object.keys(defaults.existingSecrets)) {
    t.same(Object.keys(schema.properties[name]).sort(), ['description', 'type'], name)
  }
})

/** Paths of a schema's properties, and of values. */
function paths(node: any, below: (node: any) => object | undefined, path = ''): string[] {
  return Object.entries(below(node) ?? {}).flatMap(([name, child]) => [
    `${path}/${name}`,
    ...paths(child, below, `${path}/${name}`),
  ])
}
const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

t.test('values.yaml and its schema know the same values, and each has its words', async t => {
  const described = paths(schema, node => node.properties).filter(
    path => !/^\/(enabled|global|imagePullSecrets\/)/.test(path),
  )
  const given = new Set(paths(defaults, value => (isMap(value) ? value : undefined)))
  for (const path of described) t.ok(given.has(path), `values.yaml has ${path}`)
  const undescribed = paths(schema, node => node.properties).filter(path => {
    const node = path
      .split('/')
      .slice(1)
      .reduce((at, name) => at.properties[name], schema)
    return typeof node.description !== 'string'
  })
  t.same(undescribed, [])
})

t.test('the Deployment sets variables that the server knows, to values that it takes', async t => {
  const template = read('templates/deployment.yaml')
  const names = [...template.matchAll(/^ +- name: ([A-Z_]+)$/gm)].map(([, name]) => name!)
  const ours = names.filter(name => !name.startsWith('NODE_'))
  t.ok(ours.length > 10)
  for (const name of ours) t.ok(VARIABLES.includes(name), name)
  t.ok(
    parseConfig({
      ALUSTAN_NAMESPACE: defaults.secretsNamespace,
      ARGO_CD_NAMESPACE: defaults.argoCdNamespace,
      APP_SYNC_INTERVAL: defaults.appSyncInterval,
      INFRA_SYNC_INTERVAL: defaults.infraSyncInterval,
      PREVIEW_SYNC_INTERVAL: defaults.previewSyncInterval,
      COPY_REGISTRY_SECRET: String(defaults.copyRegistrySecret),
      READ_POD_LOGS: String(defaults.readPodLogs),
      LOG_LEVEL: defaults.logLevel,
    }),
  )
  t.match(template, new RegExp(`containerPort: ${parseConfig({}).port}`))
})

const refusedAtStart: [why: string, variable: string, value: string, want: string][] = [
  ['an interval of no time', 'APP_SYNC_INTERVAL', '0s', "'0s' is no duration from 1s to 480h"],
  ['a unit written out', 'INFRA_SYNC_INTERVAL', '5 minutes', "'5 minutes' is no duration from 1s to 480h"],
  ['a namespace that cannot be', 'ALUSTAN_NAMESPACE', 'a_b', 'is no name of a namespace'],
  ['neither true nor false', 'READ_POD_LOGS', 'yes', 'is neither true nor false'],
  ['more than a timer can wait', 'INFRA_SYNC_INTERVAL', '720h', "'720h' is no duration from 1s to 480h"],
  ['a mirror with what is added to it', 'DOCKER_REGISTRY_URL', 'https://h/v2', 'ends with /v2'],
  ['an endpoint with a password', 'GITHUB_API_URL', 'https://a:b@h', 'must have no user, password'],
  ['a short token', 'HOOK_TOKEN', 'short', 'is too short'],
]
t.test('what the chart refuses, the server refuses at its start in one line too', async t => {
  for (const [why, variable, value, want] of refusedAtStart) {
    const refused = attempt(() => parseConfig({ [variable]: value }))
    t.match(refused.failure?.message, `${variable} ${want}`, why)
    t.notMatch(refused.failure?.message, /\n/, why)
  }
})

t.test('alerts and dashboard ask for metrics that there are', async t => {
  const text = await buildMetrics().text()
  const asked = [
    ...read('files/alerts.yaml').matchAll(/\balustan_[a-z_]+/g),
    ...read('files/dashboard.json').matchAll(/\b(alustan|process|nodejs)_[a-z_0-9]+/g),
  ]
  t.ok(asked.length > 10)
  for (const name of new Set(asked.map(([name]) => name.replace(/_(bucket|count|sum)$/, '')))) {
    t.match(text, new RegExp(`^# TYPE ${name} `, 'm'), name)
  }
})

t.test('the CompositeControllers that the chart changes have the shape that it expects', async t => {
  for (const file of readdirSync(`${CHART}/files/compositecontrollers`)) {
    for (const document of parseAllDocuments(read(`files/compositecontrollers/${file}`))) {
      const { spec }: any = document.toJS()
      const urls = Object.values<any>(spec.hooks).map(({ webhook }) => webhook.url)
      t.equal(urls.length, 3)
      for (const url of urls) t.match(url, /^http:\/\/alustan\.alustan\.svc:8080\/\w+\/(sync|finalize|customize)$/)
    }
  }
  for (const file of readdirSync(`${CHART}/files/crds`)) {
    t.equal(read(`files/crds/${file}`).split('\nmetadata:\n').length, 2, 'labels and annotations go in at one place')
  }
})
