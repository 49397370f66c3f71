import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { canary, leaks, plantCanaries } from './canaries.js'
import { addRepository, fakePull, startFakeGitHub } from './fake/github.js'
import type { GitHubFault } from './fake/github-state.js'
import { close, listen } from './fake/listen.js'
import { startFakeRegistry } from './fake/registry.js'
import { type SpawnedServer, spawnServer } from './spawned-server.js'

// Plays every fault of GitHub against the real server, while it lists pull requests and while it writes into them, and
// searches all that comes out, as leaks.test.ts does for registries.

const HOOK_TOKEN = canary('hook-token')
const GITHUB_TOKEN = canary('github-token')

const status = (code: number, headers = {}): GitHubFault => {
  return { kind: 'status', status: code, headers, message: `Bad credentials: ${GITHUB_TOKEN}` }
}

/** Every kind of fault of the fake; a new one does not compile until it is here. */
const KINDS: Record<GitHubFault['kind'], GitHubFault[]> = {
  refuse: [{ kind: 'refuse' }],
  blackhole: [{ kind: 'blackhole' }],
  stalled: [{ kind: 'stalled' }],
  html: [{ kind: 'html' }],
  truncated: [{ kind: 'truncated' }],
  wrongJson: [{ kind: 'wrongJson' }],
  latePage: [{ kind: 'latePage' }],
  foreignRedirect: [{ kind: 'foreignRedirect' }],
  redirectLoop: [{ kind: 'redirectLoop' }],
  huge: [{ kind: 'huge', bytes: 17 * 1024 * 1024 }],
  status: [401, 403, 404, 410, 422, 500, 503].map(code => status(code)),
}
const LIST_FAULTS = Object.values(KINDS).flat()
/** What fails all else: that has one page, and waits for another in turn. */
const TELL_FAULTS = LIST_FAULTS.filter(({ kind }) => !['latePage', 'blackhole', 'stalled'].includes(kind))

/** A Service of that name with copies for the pull requests of a repository `team/NAME`. */
function service(registryHost: string, name: string, feedback: string): unknown {
  const request = JSON.parse(readFileSync('examples/requests/service-sync.json', 'utf8'))
  const { metadata, spec } = request.parent
  metadata.name = name
  spec.containerRegistry = { provider: 'generic', host: registryHost, imageName: 'team/app', semanticVersion: '*' }
  spec.previewEnvironment = { enabled: true, gitOwner: 'team', gitRepo: name, feedback }
  return plantCanaries(request)
}

/** Asks until the pull request is known, which the server then writes into. */
async function tell(server: SpawnedServer, body: unknown): Promise<void> {
  while (!(await server.ask('/services/sync', body)).includes('"number":1,'));
}

async function isTight(t: Test, { url, log, out }: SpawnedServer): Promise<void> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  t.match(metrics, /alustan_github_requests_total\{host="127\.0\.0\.1:\d+",code="\w+"\} [1-9]/)
  t.strictSame(leaks(metrics), [])
  t.strictSame(leaks(log()), [])
  t.strictSame(leaks(out.join('\n')), [])
}

const kindOf = (at: number) => (at % 2 === 0 ? 'comment' : 'deployment')

t.test('whatever GitHub does, no credential gets out, be it given itself or in a file', async t => {
  const registry = await startFakeRegistry({ 'team/app': ['1.0.0'] })
  const fake = await startFakeGitHub()
  t.teardown(() => Promise.all([registry.close(), fake.close()]))
  fake.tokens.set(GITHUB_TOKEN, { login: 'alustan', type: 'Bot', may: 'write' })
  for (const name of ['comment', 'deployment', 'limited']) addRepository(fake, `team/${name}`, [fakePull(1)])
  TELL_FAULTS.forEach((_, at) => addRepository(fake, `team/tell-${at}`, [fakePull(1)]))
  LIST_FAULTS.forEach((_, at) => {
    addRepository(
      fake,
      `team/list-${at}`,
      Array.from({ length: 101 }, (__, number) => fakePull(number + 1)),
    )
  })
  fake.onRequest = (_method, path) => {
    const [, name = '', at] = /^\/repos\/team\/([a-z]+)(?:-(\d+))?\//.exec(path) ?? []
    const isList = path.endsWith('/pulls')
    fake.fault =
      name === 'list'
        ? LIST_FAULTS[Number(at)]
        : name === 'tell' && !isList
          ? TELL_FAULTS[Number(at)]
          : name === 'limited'
            ? status(429, { 'retry-after': '60' })
            : undefined
  }
  const path = `${t.testdir({ token: GITHUB_TOKEN })}/token`
  const play = async (form: Record<string, string>): Promise<SpawnedServer> => {
    const server = await spawnServer(t, { HOOK_TOKEN, GITHUB_API_URL: fake.url, ...form })
    for (const kind of ['comment', 'deployment']) await tell(server, service(registry.host, kind, kind))
    await Promise.all(TELL_FAULTS.map((_, at) => tell(server, service(registry.host, `tell-${at}`, kindOf(at)))))
    await server.logged(/"msg":"feedback in pull requests fails"/, TELL_FAULTS.length)
    const lists = LIST_FAULTS.map((_, at) =>
      server.ask('/services/sync', service(registry.host, `list-${at}`, kindOf(at))),
    )
    await Promise.all(lists)
    await server.logged(/"msg":"listings fail"/, LIST_FAULTS.length)
    await server.ask('/services/sync', service(registry.host, 'limited', 'none'))
    await server.logged(/GitHubRateLimited/, 1)
    return server
  }
  const [given, inFile] = await Promise.all([play({ GITHUB_TOKEN }), play({ GITHUB_TOKEN_FILE: path })])
  writeFileSync(path, `${GITHUB_TOKEN} ${canary('more')}`)
  await inFile.ask('/services/sync', service(registry.host, 'limited', 'none'))
  await inFile.logged(/holds no GitHub token/, 1)
  for (const server of [given, inFile]) await isTight(t, server)
  t.not(leaks(JSON.stringify(fake.seen)).length, 0, 'GitHub itself was shown the token')
  const written = [...fake.repositories.values()].flatMap(({ comments, deployments }) => [...comments, ...deployments])
  t.equal(written.length, 2, 'a comment and a deployment')
  t.strictSame(leaks(JSON.stringify(written)), [])
})

/** Statuses of which a GitHub that says everything twice makes use. */
const ECHOED = [200, 301, 302, 304, 307, 400, 401, 403, 404, 409, 422, 500, 503]

t.test('a GitHub that answers with what it was sent is told on nowhere', async t => {
  const registry = await startFakeRegistry({ 'team/app': ['1.0.0'] })
  const fake = await startFakeGitHub({ 'team/app': [fakePull(1)] })
  const list = await (await fetch(`${fake.url}/repos/team/app/pulls`)).text()
  const echo = createServer((request, response) => {
    const { authorization = '' } = request.headers
    const path = request.url ?? ''
    const [, act, code] = /^\/repos\/team\/(list|tell)-(\d+)\//.exec(path) ?? []
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      if (act === 'tell' && path.includes('/pulls')) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(list)
        return
      }
      const next = `${echoUrl}${path.split('?')[0]}?${encodeURIComponent(authorization)}`
      response.writeHead(Number(code ?? 403), authorization, {
        'content-type': 'application/json',
        location: code === '302' ? next.replace(echoUrl, 'http://127.0.0.1:9') : next,
        link: `<${next}>; rel="next", <${next}>; rel="deprecation"`,
        etag: `"${authorization}"`,
        date: authorization,
        'x-ratelimit-limit': authorization,
        'x-ratelimit-reset': authorization,
        deprecation: authorization,
        sunset: authorization,
        'x-github-request-id': authorization,
      })
      response.end(`${authorization} ${body}`)
    })
  })
  const echoUrl = await listen(echo)
  t.teardown(() => Promise.all([registry.close(), fake.close(), close(echo)]))
  const server = await spawnServer(t, { HOOK_TOKEN, GITHUB_API_URL: echoUrl, GITHUB_TOKEN })
  for (const [at, code] of ECHOED.entries()) {
    await tell(server, service(registry.host, `tell-${code}`, kindOf(at)))
    await server.ask('/services/sync', service(registry.host, `list-${code}`, 'none'))
  }
  await server.logged(/"msg":"listings fail"/, ECHOED.length)
  await server.logged(/"msg":"feedback in pull requests fails"/, ECHOED.length)
  await isTight(t, server)
})
