import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { type Deps, buildApp } from '../hooks/app.js'
import { buildMetrics } from '../hooks/metrics.js'
import { scanLog } from '../hooks/scan-log.js'
import { parseConfig } from '../lib/config.js'
import { AlustanError } from '../lib/errors.js'
import { knowsNothing } from '../lib/github/pull-requests.js'
import { createRunReader } from '../lib/kubernetes/run-reader.js'
import { cacheReport } from '../lib/refresh/cache-report.js'
import type { ImageScanner } from '../lib/registry/scan.js'
import { parseTag } from '../lib/registry/tag.js'
import { MARK as CANARY } from './canaries.js'
import { startFakeRegistry } from './fake/registry.js'
import { freePort } from './free-port.js'

const body = (): any => JSON.parse(readFileSync('examples/requests/service-sync.json', 'utf8'))

const scanner: ImageScanner = {
  read: async () => ({
    tags: [parseTag('0.2.1')!],
    failure: undefined,
    isTruncated: false,
    isRunningTagGone: false,
  }),
  close: () => undefined,
}

async function build(t: Test, deps: Partial<Deps> = {}, env: Record<string, string> = {}) {
  const lines: string[] = []
  const app = await buildApp({
    config: parseConfig(env),
    scanner,
    pullRequests: knowsNothing,
    credentials: async () => undefined,
    runReader: createRunReader(undefined, () => 0),
    metrics: buildMetrics(),
    logger: pino({ level: 'trace' }, { write: line => lines.push(line) }),
    now: () => '2026-01-02T03:04:05Z',
    isReady: () => true,
    ...deps,
  })
  t.teardown(() => app.close())
  const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })
  return { app, post, lines }
}

t.test('sync answers exactly the fields of hook version v2', async t => {
  const { post } = await build(t)
  const answer = await post('/services/sync', body())
  t.equal(answer.statusCode, 200)
  t.strictSame(Object.keys(answer.json()).sort(), ['children', 'resyncAfterSeconds', 'status'])
  t.equal(answer.json().status.image, 'alustan/backend:0.2.1')
})

t.test('runs of a private registry get our credentials of that registry, unless that is turned off', async t => {
  const parent = {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Terraform',
    metadata: { name: 'staging', namespace: 'team', uid: 'u', generation: 1 },
    spec: {
      scripts: { deploy: 'deploy' },
      containerRegistry: { provider: 'generic', host: 'r.example.com', imageName: 'infra', semanticVersion: '*' },
    },
  }
  const given = {
    parent,
    children: { 'Job.batch/v1': {}, 'ConfigMap.v1': {}, 'Secret.v1': {} },
    related: { 'ConfigMap.v1': {}, 'Secret.v1': {} },
    finalizing: false,
  }
  const asked: string[] = []
  const credentials: Deps['credentials'] = async (host, repository) => {
    asked.push(`${host}/${repository}`)
    return { kind: 'password', username: 'u', password: 'canary' }
  }
  const auth = Buffer.from('u:canary').toString('base64')
  for (const isOn of ['true', 'false']) {
    const { post, lines } = await build(t, { credentials }, { COPY_REGISTRY_SECRET: isOn })
    const { children, status } = (await post('/terraforms/sync', given)).json()
    const data = Buffer.from(children[0]?.data['.dockerconfigjson'] ?? '', 'base64').toString()
    t.equal(data, isOn === 'true' ? `{"auths":{"r.example.com":{"auth":"${auth}"}}}` : '')
    t.notOk(JSON.stringify([status, lines]).includes('canary'))
  }
  t.strictSame(asked, ['r.example.com/infra'], 'what is turned off is not looked up')
})

t.test('finalize adds only `finalized`, customize only rules', async t => {
  const { post } = await build(t)
  const finalize = await post('/services/finalize', { ...body(), finalizing: true })
  t.strictSame(Object.keys(finalize.json()).sort(), ['children', 'finalized', 'resyncAfterSeconds', 'status'])
  const customize = await post('/services/customize', body())
  t.strictSame(Object.keys(customize.json()), ['relatedResources'])
  for (const rule of customize.json().relatedResources) t.not(rule.names?.length, 0, 'no names select everything')
})

t.test('customize depends on name, namespace and spec alone, and never fails for a bad spec', async t => {
  const { post } = await build(t)
  const given = body()
  const first = await post('/services/customize', given)
  given.parent.status = { state: 'Error' }
  given.parent.metadata.labels = { other: 'label' }
  t.equal((await post('/services/customize', given)).body, first.body)
  given.parent.spec = { workspace: 7 }
  t.equal((await post('/services/customize', given)).statusCode, 200)
})

t.test('the ETag covers the whole answer of sync, and only sync has one', async t => {
  const { post } = await build(t)
  const first = await post('/services/sync', body())
  const etag = String(first.headers.etag)
  t.match(etag, /^"[^"]{43,}"$/)
  const again = await post('/services/sync', body(), { 'if-none-match': etag })
  t.equal(again.statusCode, 304)
  t.equal(again.body, '')
  const changed = body()
  changed.parent.spec.source.values.service = 'other'
  t.equal((await post('/services/sync', changed, { 'if-none-match': etag })).statusCode, 200)
  t.equal((await post('/services/customize', body())).headers.etag, undefined)
})

t.test('hooks need the token, everything else does not', async t => {
  const { app, post } = await build(t, {}, { HOOK_TOKEN: CANARY })
  for (const authorization of [undefined, 'Bearer wrong', `Basic ${CANARY}`]) {
    const refused = await post('/services/sync', body(), authorization === undefined ? {} : { authorization })
    t.equal(refused.statusCode, 401)
    t.strictSame(refused.json(), { error: 'the hook token is missing or wrong; see HOOK_TOKEN' })
    t.notMatch(refused.body, CANARY)
  }
  t.equal((await post('/services/sync', body(), { authorization: `Bearer ${CANARY}` })).statusCode, 200)
  for (const url of ['/healthz', '/readyz', '/metrics']) t.equal((await app.inject(url)).statusCode, 200)
})

const refusals: [why: string, url: string, payload: unknown, headers: Record<string, string>, code: number][] = [
  ['no JSON', '/services/sync', '{', {}, 400],
  ['no object', '/services/sync', '[]', {}, 400],
  ['no parent', '/services/sync', {}, {}, 400],
  [
    'a parent without a namespace',
    '/services/sync',
    { parent: { apiVersion: 'v1', kind: 'x', metadata: { name: 'a' } } },
    {},
    400,
  ],
  ['children that are no map', '/services/sync', { ...body(), children: [] }, {}, 400],
  ['a child that is no object', '/services/finalize', { ...body(), children: { x: { y: 1 } } }, {}, 400],
  ['an empty body', '/services/customize', '', {}, 400],
  ['another content type', '/services/sync', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['an unknown route', '/services/other', {}, {}, 404],
  ['a body over 16 MiB', '/services/sync', `"${'x'.repeat(16 * 1024 * 1024)}"`, {}, 413],
]
for (const [why, url, payload, headers, code] of refusals) {
  t.test(`${why} is refused with ${code} and a fixed text`, async t => {
    const { post } = await build(t)
    const answer = await post(url, payload, headers)
    t.equal(answer.statusCode, code)
    t.strictSame(Object.keys(answer.json()), ['error'])
    t.notMatch(answer.body, /at .*:\d+/, 'no stack')
  })
}

t.test('a request without a kind of our children is refused: any answer would delete them', async t => {
  const { post } = await build(t)
  const rows = [
    ['services', 'ApplicationSet.argoproj.io/v1alpha1', {}],
    ['terraforms', 'Job.batch/v1', { 'ConfigMap.v1': {}, 'Secret.v1': {} }],
    ['terraforms', 'ConfigMap.v1', { 'Job.batch/v1': {}, 'Secret.v1': {} }],
    ['terraforms', 'Secret.v1', { 'Job.batch/v1': {}, 'ConfigMap.v1': {} }],
  ] as const
  for (const [kind, missing, children] of rows) {
    for (const hook of ['sync', 'finalize']) {
      const answer = await post(`/${kind}/${hook}`, { ...body(), children, finalizing: hook === 'finalize' })
      t.equal(answer.statusCode, 400, `${kind} ${hook}`)
      t.match(answer.json().error, `has no '${missing}' in children`)
    }
  }
})

t.test('a bug answers 500 with a fixed text and is logged once', async t => {
  const { post, lines } = await build(t, {
    scanner: { ...scanner, read: () => Promise.reject(new Error(`bug ${CANARY}`)) },
  })
  const answer = await post('/services/sync', body())
  t.equal(answer.statusCode, 500)
  t.notMatch(answer.body, CANARY)
  t.equal(lines.filter(line => line.includes(CANARY)).length, 1)
})

t.test('a failure of the registry is part of the answer', async t => {
  const failure = new AlustanError('RegistryUnreachable', 'down')
  const read = async () => ({ tags: undefined, failure, isTruncated: false, isRunningTagGone: false })
  const { post } = await build(t, { scanner: { ...scanner, read } })
  const answer = await post('/services/sync', body())
  t.equal(answer.json().status.state, 'Error')
})

t.test('keys such as __proto__ are data', async t => {
  const { post } = await build(t)
  const text = JSON.stringify(body()).replace(
    '"config":{',
    '"config":{"__proto__":{"polluted":1},"constructor":{"prototype":2},',
  )
  const answer = await post('/services/sync', text)
  t.equal(answer.statusCode, 200)
  t.equal(({} as any).polluted, undefined)
  const [element] = answer.json().children[0].spec.generators[0].list.elements
  t.match(element.values, '"__proto__"')
})

t.test('while it stops, readyz says so and connections are closed', async t => {
  const { app } = await build(t, { isReady: () => false })
  const answer = await app.inject('/readyz')
  t.equal(answer.statusCode, 503)
  t.equal(answer.headers.connection, 'close')
  t.equal((await app.inject('/healthz')).statusCode, 200)
})

t.test('the metrics count hooks by kind, hook and code', async t => {
  const { app, post } = await build(t)
  await post('/services/sync', body())
  await post('/services/sync', '{')
  const { body: text } = await app.inject('/metrics')
  t.match(text, /alustan_hook_duration_seconds_count\{kind="services",hook="sync",code="200"\} 1/)
  t.match(text, /alustan_hook_duration_seconds_count\{kind="services",hook="sync",code="400"\} 1/)
})

t.test('a change of state or image is logged and counted once for each version of the resource', async t => {
  const { app, post, lines } = await build(t)
  const given = body()
  given.parent.metadata.resourceVersion = '7'
  // Until Metacontroller has written the status, the same change is answered again.
  for (let call = 0; call < 3; call++) await post('/services/sync', given)
  const { status } = (await post('/services/sync', given)).json()
  const changes = () => lines.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'state changed')
  t.match(changes(), [
    { kind: 'Service', namespace: given.parent.metadata.namespace, name: 'api-service', state: 'Progressing' },
  ])
  t.equal(changes()[0].reason, 'Progressing')
  given.parent.metadata.resourceVersion = '8'
  given.parent.status = { ...status, image: 'alustan/backend:0.2.0' }
  await post('/services/sync', given)
  given.parent.metadata.resourceVersion = '9'
  given.parent.status = { ...status, image: 'alustan/other:0.2.0' }
  await post('/services/sync', given)
  given.parent.status = status
  await post('/services/sync', given)
  const { body: text } = await app.inject('/metrics')
  t.match(text, 'alustan_state_changes_total{kind="Service",state="Progressing"} 1\n')
  t.match(text, 'alustan_image_changes_total{kind="Service",change="first"} 1\n')
  t.match(text, 'alustan_image_changes_total{kind="Service",change="newer"} 1\n')
  t.match(text, 'alustan_image_changes_total{kind="Service",change="other"} 1\n')
  t.equal(changes().length, 3)
})

t.test('a run that ends is logged and counted once, by step and outcome', async t => {
  const { app, post, lines } = await build(t)
  const { request } = parse(readFileSync('test/golden/terraform-failed/given.yaml', 'utf8'))
  const [job] = Object.values<any>(request.children['Job.batch/v1'])
  request.parent.status = { run: { job: job.metadata.name, phase: 'Running' } }
  for (const resourceVersion of ['1', '2']) {
    request.parent.metadata.resourceVersion = resourceVersion
    await post('/terraforms/sync', request)
  }
  const { body: text } = await app.inject('/metrics')
  t.match(text, 'alustan_terraform_runs_total{step="deploy",outcome="failed"} 1\n')
  const ended = lines.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'run ended')
  t.match(ended, [{ kind: 'Terraform', name: 'staging-cluster', job: job.metadata.name, outcome: 'failed' }])
  t.equal(ended.length, 1)
})

t.test('hosts that users name do not make metrics grow without end', async t => {
  const metrics = buildMetrics()
  for (let host = 0; host < 200; host++) metrics.observeRegistryRequest({ host: `r${host}.example.com`, code: '200' })
  const lines = (await metrics.text()).split('\n').filter(line => line.startsWith('alustan_registry_requests_total{'))
  t.equal(lines.length, 51)
  t.ok(lines.includes('alustan_registry_requests_total{host="other",code="200"} 150'))
})

t.test('the age of a cache is told in a few numbers', async t => {
  const metrics = buildMetrics()
  const entries = [
    { failure: undefined, ageMs: 4000 },
    { failure: 'down', ageMs: 90_000 },
    { failure: 'down', ageMs: undefined },
  ]
  metrics.watchCache('registry', () => cacheReport(entries))
  const text = await metrics.text()
  for (const state of ['fresh', 'stale', 'empty']) {
    t.match(text, `alustan_cache_entries{cache="registry",state="${state}"} 1\n`)
  }
  t.match(text, 'alustan_cache_oldest_seconds{cache="registry"} 90\n')
})

t.test('scans are logged when they begin to fail, and when they succeed again', async t => {
  const lines: string[] = []
  const log = scanLog(pino({ level: 'info' }, { write: line => lines.push(line) }))
  const scanned = { image: 'a/b', tags: 3, ms: 1.4 }
  const down = new AlustanError('RegistryUnreachable', 'registry is down')
  const bug = new AlustanError('InternalError', 'a bug', { cause: new TypeError('oops') })
  for (const failure of [undefined, down, down, undefined, bug]) log({ ...scanned, failure })
  t.match(
    lines.map(line => JSON.parse(line)),
    [
      { level: 30, image: 'a/b', msg: 'scans succeed' },
      { level: 40, image: 'a/b', reason: 'RegistryUnreachable', message: 'registry is down', msg: 'scans fail' },
      { level: 30, msg: 'scans succeed' },
      { level: 50, reason: 'InternalError', err: { message: 'oops' } },
    ],
  )
})

/** Starts the real server; resolves when it is ready. */
async function startServer(t: Test, env: Record<string, string>) {
  const port = await freePort()
  const child = spawn(process.execPath, ['dist/hooks/server.js'], {
    env: { ...process.env, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  for await (const line of child.stdout.setEncoding('utf8')) if (String(line).includes('Server listening')) break
  return { child, url: `http://127.0.0.1:${port}` }
}

t.test('on SIGTERM the server finishes what is in flight, is not ready, and ends with 0', async t => {
  // The first scan is held back, so that a sync waits for it when the signal comes.
  const registry = await startFakeRegistry({ 'alustan/backend': ['0.2.0'] })
  t.teardown(() => registry.close())
  registry.fault = { kind: 'slow', ms: 500 }
  const { child, url } = await startServer(t, { DOCKER_REGISTRY_URL: registry.url })
  const text = JSON.stringify(body())
  const sync = httpRequest(`${url}/services/sync`, { method: 'POST', headers: { 'content-type': 'application/json' } })
  const answered = once(sync, 'response') as Promise<[IncomingMessage]>
  sync.end(text)
  while (registry.seen.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  let code = 200
  while (code === 200) code = (await fetch(`${url}/readyz`)).status
  t.equal(code, 503, 'not ready while it still listens')
  const [answer] = await answered
  t.equal(answer.statusCode, 200)
  answer.resume()
  const [exitCode] = await ended
  t.equal(exitCode, 0)
})

const settings: [name: string, text: string, want: object][] = [
  ['PORT', '0', { port: 0 }],
  ['PORT', '65535', { port: 65535 }],
  ['PORT', '', { port: 8080 }],
  ['PORT', ' ', /^PORT is no port; write a number from 0 to 65535$/],
  ['PORT', '65536', /^PORT is no port/],
  ['PORT', '-1', /^PORT is no port/],
  ['PORT', '0x50', /^PORT is no port/],
  ['PORT', '8e3', /^PORT is no port/],
  ['PORT', '80.5', /^PORT is no port/],
  ['HOOK_TOKEN', 'a-good-token', { hookToken: 'a-good-token' }],
  ['HOOK_TOKEN', 'short', /^HOOK_TOKEN is too short; use at least 8 characters$/],
  ['HOOK_TOKEN', `${CANARY}\n`, /^HOOK_TOKEN holds a blank, a line break/],
  ['HOOK_TOKEN', `${CANARY} ${CANARY}`, /^HOOK_TOKEN holds a blank/],
  ['HOOK_TOKEN', `${CANARY}é`, /^HOOK_TOKEN holds a blank, .* sign that no header carries/],
  ['ALUSTAN_NAMESPACE', 'team-1', { namespace: 'team-1' }],
  ['ALUSTAN_NAMESPACE', 'Team', /^ALUSTAN_NAMESPACE is no name of a namespace/],
  ['ALUSTAN_NAMESPACE', 'a.b', /^ALUSTAN_NAMESPACE is no name/],
  ['ALUSTAN_NAMESPACE', 'x'.repeat(64), /^ALUSTAN_NAMESPACE is no name/],
  ['APP_SYNC_INTERVAL', '1h30m', { appSyncSeconds: 5400 }],
  ['APP_SYNC_INTERVAL', '5 minutes', /^APP_SYNC_INTERVAL '5 minutes' is no duration from 1s to 480h; write it like/],
  ['APP_SYNC_INTERVAL', '300', /^APP_SYNC_INTERVAL '300' is no duration/],
  ['APP_SYNC_INTERVAL', '500ms', /^APP_SYNC_INTERVAL '500ms' is no duration/],
  ['INFRA_SYNC_INTERVAL', '480h', { infraSyncSeconds: 1_728_000 }],
  ['INFRA_SYNC_INTERVAL', '1000h', /^INFRA_SYNC_INTERVAL '1000h' is no duration/],
  ['PREVIEW_SYNC_INTERVAL', '-1m', /^PREVIEW_SYNC_INTERVAL '-1m' is no duration/],
  ['DOCKER_CONFIG_JSON', '/etc/alustan/config.json', { dockerConfigPath: '/etc/alustan/config.json' }],
  ['DOCKER_CONFIG_JSON', `{"auths":{"${CANARY}":{}}}`, /^DOCKER_CONFIG_JSON is no path of a file; give the path/],
  ['DOCKER_CONFIG_JSON', `eyJ${CANARY}`, /^DOCKER_CONFIG_JSON is no path of a file; give the path/],
  ['DOCKER_CONFIG_JSON', './config.json', { dockerConfigPath: './config.json' }],
  ['GITHUB_TOKEN_FILE', CANARY, /^GITHUB_TOKEN_FILE is no path of a file; give the path/],
  ['DOCKER_CONFIG_JSON', ' ', /^DOCKER_CONFIG_JSON is no path/],
  ['DOCKER_REGISTRY_URL', 'http://mirror:5000/hub/', { dockerRegistryUrl: 'http://mirror:5000/hub' }],
  ['DOCKER_REGISTRY_URL', 'mirror:5000', /^DOCKER_REGISTRY_URL is no http\(s\) URL; write it like https:\/\/HOST$/],
  ['DOCKER_REGISTRY_URL', 'https://', /^DOCKER_REGISTRY_URL is no http/],
  ['DOCKER_REGISTRY_URL', 'http:mirror', /^DOCKER_REGISTRY_URL is no http/],
  ['DOCKER_REGISTRY_URL', 'https://a b', /^DOCKER_REGISTRY_URL is no http/],
  [
    'DOCKER_REGISTRY_URL',
    `https://me:${CANARY}@mirror`,
    /^DOCKER_REGISTRY_URL must have no user, password, query or fragment$/,
  ],
  ['DOCKER_REGISTRY_URL', 'https://mirror/?a=b', /^DOCKER_REGISTRY_URL must have no user/],
  ['GHCR_URL', 'https://mirror/#top', /^GHCR_URL must have no user/],
  ['GHCR_URL', 'https://mirror/v2/', /^GHCR_URL ends with \/v2, which is added to it/],
  ['KUBERNETES_API_URL', 'ftp://x', /^KUBERNETES_API_URL is no http/],
  ['COPY_REGISTRY_SECRET', 'false', { copyRegistrySecret: false }],
  ['COPY_REGISTRY_SECRET', 'no', /^COPY_REGISTRY_SECRET is neither true nor false/],
  ['ALLOWED_REGISTRY_HOSTS', 'a.example, http://b:5000/', { allowedRegistryHosts: ['a.example', 'http://b:5000/'] }],
  ['ALLOWED_REGISTRY_HOSTS', ',', /^ALLOWED_REGISTRY_HOSTS ',' names nothing; unset it or name some$/],
  [
    'ALLOWED_REGISTRY_HOSTS',
    'a,*.example.com',
    /^ALLOWED_REGISTRY_HOSTS entry '\*\.example\.com' is no host; write HOST/,
  ],
  ['ALLOWED_REGISTRY_HOSTS', 'ghcr.io/team', /^ALLOWED_REGISTRY_HOSTS entry 'ghcr\.io\/team' is no host/],
  ['ARGO_CD_NAMESPACE', 'openshift-gitops', { argoCdNamespace: 'openshift-gitops' }],
  ['ARGO_CD_NAMESPACE', 'argo_cd', /^ARGO_CD_NAMESPACE is no name of a namespace; use lower-case/],
  ['ALLOWED_PROJECTS', 'a, b', { allowedProjects: ['a', 'b'] }],
  ['ALLOWED_PROJECTS', '*', /^ALLOWED_PROJECTS entry '\*' is no name of an Argo CD project$/],
  ['ALLOWED_PROJECTS', ' , ', /^ALLOWED_PROJECTS ' , ' names nothing/],
  ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
  ['LOG_LEVEL', 'verbose', /^LOG_LEVEL is no level; use one of trace, debug, info/],
]
t.test('every variable of the environment is checked, and no password is shown', async t => {
  for (const [name, text, want] of settings) {
    if (!(want instanceof RegExp)) {
      t.match(parseConfig({ [name]: text }), want, `${name}=${text}`)
      continue
    }
    try {
      parseConfig({ [name]: text })
      t.fail(`${name}=${text} is taken`)
    } catch (thrown) {
      const { message } = thrown as Error
      t.match(message.replace('environment: ', ''), want)
      t.notMatch(message, CANARY)
      t.notMatch(message, /\n|;.*;.*;/, 'one fault, one line')
    }
  }
})

t.test('a bad environment ends the server with one line for all faults', async t => {
  const child = spawn(process.execPath, ['dist/hooks/server.js'], {
    env: { ...process.env, PORT: 'http', APP_SYNC_INTERVAL: '5 minutes' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = await once(child, 'close')
  t.equal(code, 1)
  t.match(stderr, /^alustan: environment: PORT .*; APP_SYNC_INTERVAL '5 minutes' .*\n$/)
})
