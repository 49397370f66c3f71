import { type Answer, boundedRequest, type Peer } from '../http/bounded-request.js'
import { oddAnswer, rateLimited } from './refusal.js'
import type { Session } from './session.js'

/** Most that one request may cost. */
export interface GitHubLimits {
  readonly requestMs: number
  readonly maxBytes: number
}

export interface GitHubFetchDeps {
  readonly fetch: typeof fetch
  readonly apiUrl: string
  readonly session: () => Promise<Session>
  readonly limits: GitHubLimits
  readonly onRequest: (request: { host: string; code: string }) => void
}

const GITHUB: Peer = {
  title: 'GitHub',
  unreachable: 'GitHubUnreachable',
  timeout: 'GitHubTimeout',
  invalid: 'InvalidGitHubAnswer',
}
const MAX_REDIRECTS = 3
const METHOD_KEPT = [307, 308]
const REDIRECTS = [301, 302, 303, ...METHOD_KEPT]

/**
 * Makes the `fetch` that Octokit asks with. It alone knows the token and shows it to the API's origin and nobody else,
 * keeps to the token's quota, reads answers in bounded time and memory, and follows redirects (of a renamed repository)
 * within the origin. Throws `AlustanError` where no whole answer came.
 */
export function gitHubFetch(deps: GitHubFetchDeps): typeof fetch {
  const { origin, host } = new URL(deps.apiUrl)
  return async (input, init = {}) => {
    let url = new URL(input instanceof Request ? input.url : input)
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await ask(url, init, deps)
      const location = answer.headers.get('location')
      if (!REDIRECTS.includes(answer.status) || location === null) return asResponse(answer)
      const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined
      const isKept = METHOD_KEPT.includes(answer.status) || (init.method ?? 'GET') === 'GET'
      if (next?.origin !== origin || !isKept) {
        throw oddAnswer(host, 'redirects to where it must not')
      }
      url = next
    }
    throw oddAnswer(host, 'redirects too often')
  }
}

async function ask(url: URL, init: RequestInit, deps: GitHubFetchDeps): Promise<Answer> {
  const { token, quota } = await deps.session()
  if (quota.blockedMs() > 0) throw rateLimited(url.host, token !== undefined)
  const headers = new Headers(init.headers)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  const answer = await boundedRequest(
    url,
    { ...init, headers },
    {
      fetch: deps.fetch,
      peer: GITHUB,
      ms: deps.limits.requestMs,
      maxBytes: deps.limits.maxBytes,
      signal: init.signal ?? new AbortController().signal,
      onRequest: deps.onRequest,
    },
  )
  if (quota.note(answer)) throw rateLimited(url.host, token !== undefined)
  return answer
}

const WITHOUT_BODY = [204, 205, 304]

/** The answer for Octokit, with the headers that are read and no others: an odd one must not confuse it. */
function asResponse({ status, headers, body, url }: Answer): Response {
  if (status < 200 || status > 599) throw oddAnswer(url.host, `answers with status ${status}`)
  // Octokit words its errors with the body, which throws where that has numbers beyond 2^53; refusals stay text.
  const isJson = status < 400 && /\bjson\b/i.test(headers.get('content-type') ?? '')
  const kept = new Headers({ 'content-type': isJson ? 'application/json' : 'text/plain' })
  for (const name of ['etag', 'link']) {
    const value = headers.get(name)
    if (value !== null) kept.set(name, value)
  }
  return new Response(WITHOUT_BODY.includes(status) ? null : body, { status, headers: kept })
}
