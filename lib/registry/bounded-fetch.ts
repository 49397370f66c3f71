import { AlustanError } from '../errors.js'
import { boundedRequest, type Answer, type Peer } from '../http/bounded-request.js'
import { parseRetryAfter } from '../http/retry-after.js'
import { oddAnswer } from './odd-answer.js'

/** Most that one scan may cost. */
export interface Limits {
  /** Tags asked for at once; more than 1,000 are refused by Amazon's registry. */
  readonly pageSize: number
  readonly maxTags: number
  readonly maxPages: number
  readonly maxPageBytes: number
  readonly scanMs: number
  readonly requestMs: number
}

export const LIMITS: Limits = {
  pageSize: 1000,
  maxTags: 100_000,
  maxPages: 1000,
  maxPageBytes: 16 * 1024 * 1024,
  scanMs: 30_000,
  requestMs: 15_000,
}

/** What one scan's requests share. */
export interface Budget {
  readonly fetch: typeof fetch
  readonly now: () => number
  readonly endsAt: number
  readonly limits: Limits
  readonly signal: AbortSignal
  /** Told when a host asks to be left alone, and for how long. */
  readonly onBlocked: (ms: number) => void
  readonly onRequest: (request: { host: string; code: string }) => void
}

const MAX_REDIRECTS = 3
const REGISTRY: Peer = {
  title: 'registry',
  unreachable: 'RegistryUnreachable',
  timeout: 'RegistryTimeout',
  invalid: 'InvalidRegistryAnswer',
}

/**
 * Asks a URL and reads the answer to its end, in bounded time and memory. Redirects are followed without credentials
 * when they lead to another origin, and never from https to http. Throws `RegistryUnreachable`, `RegistryTimeout`,
 * `RateLimited` or `InvalidRegistryAnswer`.
 */
export async function boundedFetch(url: URL, init: RequestInit, budget: Budget): Promise<Answer> {
  let target = url
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const isSameOrigin = target.origin === url.origin
    const answer = await request(target, isSameOrigin ? init : withoutCredentials(init), budget)
    stopWhenBlocked(answer, budget)
    const location = answer.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === null) return answer
    const next = URL.canParse(location, target.href) ? new URL(location, target) : undefined
    if (
      next === undefined ||
      (next.protocol !== 'https:' && next.protocol !== url.protocol) ||
      init.method === 'POST'
    ) {
      throw oddAnswer(`registry '${url.host}'`, 'redirects to where it must not')
    }
    target = next
  }
  throw oddAnswer(`registry '${url.host}'`, 'redirects too often')
}

function stopWhenBlocked({ url, status, headers }: Answer, budget: Budget): void {
  if (status !== 429 && (status !== 503 || !headers.has('retry-after'))) return
  budget.onBlocked(parseRetryAfter(headers))
  throw rateLimited(url.host)
}

/** The failure of every scan of a host that asked to be left alone. */
export function rateLimited(host: string): AlustanError {
  const cure = 'it is left alone for as long as it asked; credentials in the docker config may raise its limit'
  return new AlustanError('RateLimited', `registry '${host}' limits how often it is asked; ${cure}`)
}

function request(url: URL, init: RequestInit, budget: Budget): Promise<Answer> {
  const { fetch, limits, signal, onRequest } = budget
  const left = Math.max(0, budget.endsAt - budget.now())
  const ms = Math.min(limits.requestMs, left)
  return boundedRequest(url, init, { fetch, peer: REGISTRY, ms, maxBytes: limits.maxPageBytes, signal, onRequest })
}

function withoutCredentials(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers)
  headers.delete('authorization')
  return { ...init, headers }
}
