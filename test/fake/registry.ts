import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Repositories } from '../../lib/cli/tags-page.js'
import { canary } from '../canaries.js'
import { close, listen } from './listen.js'
import { json, servePage } from './registry-page.js'

/** What goes wrong; `retryAfter` and `date` are those headers' texts. */
export type Fault =
  | { kind: 'refuse' | 'blackhole' | 'stalled' | 'html' | 'truncated' | 'wrongJson' | 'nullTags' | 'garbledLink' }
  | { kind: 'linkLoop' | 'foreignLink' | 'lateForbidden' | 'endlessPages' }
  | { kind: 'slow'; ms: number }
  | { kind: 'status'; status: number; retryAfter?: string; date?: string; hasRequestId?: boolean }
  | { kind: 'huge'; bytes: number }
  | { kind: 'redirect'; to: string }

/** Who may list tags, and how a client has to show who it is. */
export type Access =
  | { kind: 'open' }
  | { kind: 'basic'; username: string; password: string }
  | {
      kind: 'token'
      /** Left out: a token is for everybody who asks. */
      password?: { username: string; password: string }
      identityToken?: string
      /** Where tokens are to be had; the registry itself when left out. */
      realm?: string
      field?: 'token' | 'access_token'
      expiresIn?: number
    }

/** A registry on loopback whose faults are switched by setting `fault`. */
export interface FakeRegistry {
  readonly url: string
  readonly host: string
  readonly repositories: Repositories
  fault: Fault | undefined
  access: Access
  /** Whether a fault shows itself only to those who have logged in. */
  isFaultBehindLogin: boolean
  pageSize: number
  /** Requests so far: `page` (answered or spoilt), `challenge` (401), `token`. */
  readonly counts: { page: number; challenge: number; token: number }
  /** What was asked, with the `Authorization` header that came along. */
  readonly seen: { path: string; authorization: string | undefined; userAgent: string | undefined }[]
  close(): Promise<void>
}

const TOKEN = canary('registry-token')

/** Starts a fake registry on a free port with these repositories. */
export async function startFakeRegistry(repositories: Record<string, string[]> = {}): Promise<FakeRegistry> {
  const server = createServer((request, response) => {
    serve(fake, request, response)
  })
  const url = await listen(server)
  const fake: FakeRegistry = {
    url,
    host: new URL(url).host,
    repositories: new Map(Object.entries(repositories)),
    fault: undefined,
    access: { kind: 'open' },
    isFaultBehindLogin: false,
    pageSize: 1000,
    counts: { page: 0, challenge: 0, token: 0 },
    seen: [],
    close: () => close(server),
  }
  return fake
}

function serve(fake: FakeRegistry, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', fake.url)
  const { authorization } = request.headers
  fake.seen.push({ path: url.pathname + url.search, authorization, userAgent: request.headers['user-agent'] })
  if (url.pathname === '/token') {
    fake.counts.token++
    void serveToken(fake, request, response)
    return
  }
  const { fault } = fake
  if ((fault === undefined || fake.isFaultBehindLogin) && !isAllowed(fake.access, authorization)) {
    fake.counts.challenge++
    json(response, 401, { errors: [{ code: 'UNAUTHORIZED' }] }, { 'www-authenticate': challenge(fake, url) })
  } else if (fault?.kind === 'refuse') {
    fake.counts.page++
    request.socket.destroy()
  } else {
    fake.counts.page++
    servePage(fake, url, response)
  }
}

function isAllowed(access: Access, authorization: string | undefined): boolean {
  if (access.kind === 'open') return true
  return authorization === (access.kind === 'basic' ? basic(access) : `Bearer ${TOKEN}`)
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function challenge(fake: FakeRegistry, url: URL): string {
  if (fake.access.kind === 'basic') return 'Basic realm="a, quoted \\"realm\\""'
  const name = /^\/v2\/(.+)\/tags\/list$/.exec(url.pathname)?.[1] ?? ''
  const realm = (fake.access.kind === 'token' ? fake.access.realm : undefined) ?? `${fake.url}/token`
  return `Bearer realm="${realm}",service="fake",scope="repository:${name}:pull",Basic realm="fake"`
}

async function serveToken(fake: FakeRegistry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const { access } = fake
  if (access.kind !== 'token') {
    json(response, 404, {})
    return
  }
  const isRefresh = request.method === 'POST'
  const isGood = isRefresh
    ? new URLSearchParams(body).get('refresh_token') === access.identityToken
    : access.password === undefined || request.headers.authorization === basic(access.password)
  if (!isGood) {
    json(response, 401, {})
    return
  }
  json(response, 200, { [access.field ?? 'token']: TOKEN, ...(access.expiresIn && { expires_in: access.expiresIn }) })
}
