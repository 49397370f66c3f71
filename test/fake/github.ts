import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type FakeAnswer, message } from './github-payloads.js'
import { answerGitHub } from './github-routes.js'
import type { FakeGitHub, FakePull, FakeRepository } from './github-state.js'
import { close, listen } from './listen.js'

/** A pull request with the label `preview`, of which nothing is said that does not matter. */
export function fakePull(number: number, more: Partial<FakePull> = {}): FakePull {
  return {
    number,
    title: `Change ${number}`,
    branch: `feature/change-${number}`,
    sha: createHash('sha1').update(String(number)).digest('hex'),
    labels: ['preview'],
    state: 'open',
    from: 'repository',
    ...more,
  }
}

/** Starts a fake GitHub on a free port with these repositories. */
export async function startFakeGitHub(repositories: Record<string, FakePull[]> = {}): Promise<FakeGitHub> {
  const server = createServer((request, response) => void serve(fake, request, response))
  const url = await listen(server)
  const fake: FakeGitHub = {
    url,
    host: new URL(url).host,
    repositories: new Map(),
    tokens: new Map(),
    fault: undefined,
    limits: { anonymous: 60, token: 5000 },
    resetsAt: Date.now() + 3_600_000,
    spent: new Map(),
    seen: [],
    onRequest: () => undefined,
    close: () => close(server),
  }
  for (const [name, pulls] of Object.entries(repositories)) addRepository(fake, name, pulls)
  return fake
}

/** Adds a repository and answers it. */
export function addRepository(fake: FakeGitHub, name: string, pulls: FakePull[] = []): FakeRepository {
  const id = 1000 + fake.repositories.size
  const made = { id, isPrivate: false, renamedTo: undefined, pulls, comments: [], deployments: [] }
  fake.repositories.set(name.toLowerCase(), made)
  return made
}

async function serve(fake: FakeGitHub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', headers } = request
  const url = new URL(request.url ?? '/', fake.url)
  let body = ''
  for await (const chunk of request) body += String(chunk)
  await fake.onRequest(method, url.pathname)
  const token = /^(?:token|bearer) (.+)$/i.exec(headers.authorization ?? '')?.[1]
  const send = ({ status, body: content, headers: more = {} }: FakeAnswer): void => {
    const authorization = headers.authorization
    fake.seen.push({ method, path: url.pathname + url.search, status, authorization, headers })
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      ...rateHeaders(fake, token),
      ...more,
    })
    response.end(status === 204 || status === 304 ? undefined : text)
  }
  if (spoil(fake, url, response, send)) return
  const key = token ?? 'anonymous'
  if (token !== undefined && !fake.tokens.has(token)) {
    send(message(401, 'Bad credentials'))
  } else if (quotaOf(fake, token) <= (fake.spent.get(key) ?? 0)) {
    send(message(403, `API rate limit exceeded for ${key}. (But here's the good news: …)`))
  } else {
    const answer = answerGitHub(fake, { method, url, body: body === '' ? undefined : JSON.parse(body), token })
    const tag = `W/"${createHash('sha256')
      .update(JSON.stringify([answer.body, token]))
      .digest('hex')}"`
    const isSame = method === 'GET' && answer.status === 200 && headers['if-none-match'] === tag
    // What did not change costs nothing, but only who shows a token.
    if (!isSame || token === undefined) fake.spent.set(key, (fake.spent.get(key) ?? 0) + 1)
    const tagged = { ...answer, headers: { ...answer.headers, ...(answer.status === 200 && { etag: tag }) } }
    send(isSame ? { status: 304, body: '', headers: { etag: tag } } : tagged)
  }
}

function quotaOf(fake: FakeGitHub, token: string | undefined): number {
  return token === undefined ? fake.limits.anonymous : fake.limits.token
}

let requests = 0

function rateHeaders(fake: FakeGitHub, token: string | undefined): Record<string, string> {
  const limit = quotaOf(fake, token)
  const spent = fake.spent.get(token ?? 'anonymous') ?? 0
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - spent)),
    'x-ratelimit-used': String(spent),
    'x-ratelimit-reset': String(Math.ceil(fake.resetsAt / 1000)),
    'x-ratelimit-resource': 'core',
    'x-github-request-id': `FAKE:${requests++}`,
    vary: 'Accept, Authorization',
  }
}

/** Answers in the wrong way, where a fault is set; answers whether it did. */
function spoil(fake: FakeGitHub, url: URL, response: ServerResponse, send: (answer: FakeAnswer) => void): boolean {
  const { fault } = fake
  switch (fault?.kind) {
    case undefined:
      return false
    case 'refuse':
      response.destroy()
      return true
    case 'blackhole':
      return true
    case 'stalled':
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('[')
      return true
    case 'html':
      send({ status: 200, body: '<html><body>Sign in</body></html>', headers: { 'content-type': 'text/html' } })
      return true
    case 'truncated':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('[{"number":1,')
      setImmediate(() => response.destroy())
      return true
    case 'wrongJson':
      send({ status: 200, body: [{ number: 'one', title: null }] })
      return true
    case 'latePage':
      if (Number(url.searchParams.get('page') ?? 1) < 2) return false
      send(message(502, 'Server Error'))
      return true
    case 'foreignRedirect':
      send({ ...message(301, 'Moved Permanently'), headers: { location: `http://127.0.0.1:9${url.pathname}` } })
      return true
    case 'redirectLoop':
      send({ ...message(301, 'Moved Permanently'), headers: { location: url.href } })
      return true
    case 'huge':
      send({ status: 200, body: [{ padding: 'x'.repeat(fault.bytes) }] })
      return true
    case 'status':
      send({ ...message(fault.status, fault.message ?? 'no'), headers: fault.headers ?? {} })
      return true
  }
}
