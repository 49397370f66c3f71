import t from 'tap'
import type { Deps } from '../hooks/app.js'
import { AlustanError } from '../lib/errors.js'
import { body, build, scanner } from './built-app.js'
import { MARK as CANARY } from './canaries.js'

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
  const containerRegistry = { provider: 'ghcr', imageName: 'acme/infra', semanticVersion: '*' }
  const hosted = { ...given, parent: { ...parent, spec: { ...parent.spec, containerRegistry } } }
  const { post } = await build(t, { credentials }, { GHCR_URL: 'https://mirror.example.com' })
  const { children } = (await post('/terraforms/sync', hosted)).json()
  const data = Buffer.from(children[0].data['.dockerconfigjson'], 'base64').toString()
  t.equal(
    data,
    `{"auths":{"ghcr.io":{"auth":"${auth}"}}}`,
    'nodes pull by the reference, whatever mirror is asked for tags',
  )
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
