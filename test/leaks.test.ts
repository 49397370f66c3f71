import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { parse } from 'yaml'
import { canary, leaks, openParts, plantCanaries } from './canaries.js'
import { close, listen } from './fake/listen.js'
import { type Access, type Fault, startFakeRegistry } from './fake/registry.js'
import { spawnServer } from './spawned-server.js'

// Plays every fault of registries and of the Kubernetes API against the real server, with a canary in each of its
// credentials, and searches all that comes out: answers, error bodies (which end in Events), metrics and the log.
// What the core makes of secrets in a request is searched by golden.test.ts, for every case there.

const HOOK_TOKEN = canary('hook-token')
const user = { username: 'robot', password: canary('password') }

t.test('a canary is found plain and in base64, wherever it falls', async t => {
  for (const before of ['', 'a', 'ab', 'abc']) {
    const text = `${before}${canary('x')}`
    t.not(leaks(`<${text}>`).length, 0)
    t.not(leaks(`<${Buffer.from(text).toString('base64')}>`).length, 0)
  }
  t.strictSame(leaks('nothing to see'), [])
  const child = { kind: 'Job', metadata: { labels: { x: canary('x') } } }
  t.not(leaks(openParts({ children: [child] })).length, 0, 'a child may hold secrets in few places only')
})

/** Every fault of the fake; a new kind of fault does not compile until it is here. */
const FAULTS: Record<Fault['kind'], Fault> = {
  refuse: { kind: 'refuse' },
  blackhole: { kind: 'blackhole' },
  stalled: { kind: 'stalled' },
  html: { kind: 'html' },
  truncated: { kind: 'truncated' },
  wrongJson: { kind: 'wrongJson' },
  nullTags: { kind: 'nullTags' },
  garbledLink: { kind: 'garbledLink' },
  linkLoop: { kind: 'linkLoop' },
  foreignLink: { kind: 'foreignLink' },
  lateForbidden: { kind: 'lateForbidden' },
  endlessPages: { kind: 'endlessPages' },
  slow: { kind: 'slow', ms: 1500 },
  huge: { kind: 'huge', bytes: 17 * 1024 * 1024 },
  redirect: { kind: 'redirect', to: 'http://127.0.0.1:9' },
  status: { kind: 'status', status: 503 },
}

/** Those whose scans only the time limit ends; others are played meanwhile. */
const SILENT: string[] = ['blackhole', 'stalled'] satisfies Fault['kind'][]

/** Each way to log in, with the entry of a docker config.json for it. */
const ACCESSES: [access: Access, entry: object][] = [
  [{ kind: 'basic', ...user }, user],
  [{ kind: 'token', password: user }, { auth: Buffer.from(`${user.username}:${user.password}`).toString('base64') }],
  [
    { kind: 'token', identityToken: canary('identity-token'), field: 'access_token' },
    { identitytoken: canary('identity-token') },
  ],
]

const service = (host: string, imageName: string): any => {
  const request = JSON.parse(readFileSync('examples/requests/service-sync.json', 'utf8'))
  request.parent.spec.containerRegistry = { provider: 'generic', host, imageName, semanticVersion: '*' }
  return plantCanaries(request)
}

t.test('whatever a registry does, no credential gets out', async t => {
  const fakes = await Promise.all(ACCESSES.map(() => startFakeRegistry({ 'team/app': ['1.0.0'] })))
  // Answers everything with what it was sent.
  const echo = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const { authorization = '' } = request.headers
      const realm = `Bearer realm="${echoUrl}/token",service="echo"`
      const isLogin = request.url?.startsWith('/token') === true
      response.writeHead(isLogin ? 403 : 401, { 'www-authenticate': realm, link: `<${authorization}>`, 'x-echo': body })
      response.end(`${authorization} ${body}`)
    })
  })
  const echoUrl = await listen(echo)
  t.teardown(() => Promise.all([close(echo), ...fakes.map(fake => fake.close())]))
  const auths = fakes.map((fake, at) => [fake.host, ACCESSES[at]![1]] as const)
  const config = { auths: { ...Object.fromEntries(auths), [new URL(echoUrl).host]: user } }
  const path = `${t.testdir({ 'config.json': JSON.stringify(config) })}/config.json`
  const world = await spawnServer(t, { HOOK_TOKEN, DOCKER_CONFIG_JSON: path, GITHUB_TOKEN: canary('github-token') })

  /** Asks until the image's scan has ended, however long that takes. */
  const ask = async (host: string, imageName: string): Promise<string> => {
    await world.ask('/services/sync', service(host, imageName))
    await world.logged(new RegExp(`"image":"${host}/${imageName}".*"msg":"scans `), 1)
    return world.ask('/services/sync', service(host, imageName))
  }
  const play = async (at: number): Promise<void> => {
    const fake = fakes[at]!
    fake.access = ACCESSES[at]![0]
    fake.isFaultBehindLogin = true
    fake.pageSize = 5
    t.match(await ask(fake.host, 'team/app'), '1.0.0', 'the credentials are good')
    const silent: Promise<unknown>[] = []
    for (const [kind, fault] of Object.entries(FAULTS)) {
      fake.fault = fault
      const { page } = fake.counts
      const ended = ask(fake.host, `team/${kind.toLowerCase()}`)
      if (SILENT.includes(kind)) {
        silent.push(ended)
        while (fake.counts.page === page) await sleep(5)
      } else await ended
    }
    fake.fault = undefined
    fake.access = { kind: 'basic', username: 'other', password: 'other' }
    await ask(fake.host, 'team/refused')
    fake.fault = { kind: 'status', status: 429 }
    fake.isFaultBehindLogin = false
    await ask(fake.host, 'team/limited')
    await Promise.all(silent)
    t.not(leaks(JSON.stringify(fake.seen)).length, 0, 'the registry itself was shown them')
  }
  await Promise.all(fakes.map((_, at) => play(at)))
  t.match(await ask(new URL(echoUrl).host, 'team/echo'), 'gives no token')

  // Bodies and tokens that are refused, and a docker config that breaks while the server runs.
  await world.ask('/services/sync', `{"parent": ${canary('body')}`)
  await world.ask('/services/sync', { parent: { metadata: canary('body') } })
  await world.ask('/services/sync', service('x', 'y'), { authorization: `Bearer ${canary('wrong-token')}` })
  await world.ask('/terraforms/customize', plantCanaries(service('x', 'y')))
  for (const text of [`{"auths": ${canary('file')}`, `{"auths": {"x": {"auth": "${canary('auth')}"}}}`]) {
    writeFileSync(path, text)
    await ask(new URL(echoUrl).host, `team/${text.length}`)
  }
  const metrics = await (await fetch(`${world.url}/metrics`)).text()
  t.match(metrics, /alustan_registry_requests_total\{host="127\.0\.0\.1:\d+",code="200"\} [1-9]/)
  t.match(world.log(), /"reason":"InvalidInput".*docker config/)
  t.match(world.log(), /"reason":"AuthenticationFailed","message":.*"msg":"scans fail"/)
  t.strictSame(leaks(metrics), [])
  t.strictSame(leaks(world.log()), [])
  t.strictSame(leaks(world.out.join('\n')), [])
})

t.test('whatever a script prints and the Kubernetes API says, nothing sensitive gets out', async t => {
  const outputs = {
    url: 'https://db.example.com',
    password: { value: canary('output'), sensitive: true },
    nested: { list: [{ token: { value: [canary('output')], sensitive: true } }] },
  }
  const log = `password=${canary('log')}\n{"outputs": "${canary('log')}"}\n${JSON.stringify({ outputs })}\n`
  const pod = { metadata: { name: 'pod' }, status: { phase: 'Succeeded', message: canary('pod') } }
  let respond: (path: string) => [status: number, body: string] = () => [500, '']
  const api = createServer((request, response) => {
    const [status, body] = respond(request.url ?? '')
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  const apiUrl = await listen(api)
  t.teardown(() => close(api))
  const good = (path: string): [number, string] => [
    200,
    path.includes('/log') ? log : JSON.stringify({ items: [pod], message: canary('list') }),
  ]
  const answers: [why: string, respond: typeof respond][] = [
    ['refuses the pods', () => [403, JSON.stringify({ message: canary('refusal') })]],
    ['lists nonsense', () => [200, `{"items": "${canary('items')}"}`]],
    ['refuses the log', path => (path.includes('/log') ? [500, canary('refusal')] : good(path))],
    ['has a log without an end', path => (path.includes('/log') ? [200, log.slice(0, -3)] : good(path))],
    ['answers', good],
  ]
  const registry = await startFakeRegistry({ 'alustan/infrastructure': ['1.0.1'] })
  t.teardown(() => registry.close())
  const world = await spawnServer(t, { HOOK_TOKEN, DOCKER_REGISTRY_URL: registry.url, KUBERNETES_API_URL: apiUrl })
  const { request } = parse(readFileSync('test/golden/terraform-report-not-read/given.yaml', 'utf8'))
  for (const [why, answer] of answers) {
    respond = answer
    const body = JSON.stringify(request).replaceAll('uid-staging-cluster-postdeploy', `uid-${why}`)
    const text = await world.ask('/terraforms/sync', body)
    if (why === 'answers') t.match(JSON.parse(text).status.postDeployOutput, { url: outputs.url }, 'the rest is kept')
  }
  t.strictSame(leaks(world.log() + world.out.join('\n')), [])
})
