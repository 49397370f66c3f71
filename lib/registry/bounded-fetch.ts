import { AlustanError } from '../errors.js'
import { parseRetryAfter } from './retry-after.js'

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

/** A whole answer: read to its end, within bounds. */
export interface Answer {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
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
const USER_AGENT = 'alustan'

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
      throw new AlustanError('InvalidRegistryAnswer', `registry '${url.host}' redirects to where it must not`)
    }
    target = next
  }
  throw new AlustanError('InvalidRegistryAnswer', `registry '${url.host}' redirects too often`)
}

function stopWhenBlocked({ url, status, headers }: Answer, budget: Budget): void {
  const retryAfter = headers.get('retry-after')
  if (status !== 429 && (status !== 503 || retryAfter === null)) return
  budget.onBlocked(parseRetryAfter(retryAfter, Date.now()))
  throw rateLimited(url.host)
}

/** The failure of every scan of a host that asked to be left alone. */
export function rateLimited(host: string): AlustanError {
  const cure = 'it is left alone for as long as it asked; credentials in the docker config may raise its limit'
  return new AlustanError('RateLimited', `registry '${host}' limits how often it is asked; ${cure}`)
}

function withoutCredentials(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers)
  headers.delete('authorization')
  return { ...init, headers }
}

async function request(url: URL, init: RequestInit, budget: Budget): Promise<Answer> {
  const aborter = new AbortController()
  const abort = () => {
    aborter.abort()
  }
  const left = Math.max(0, budget.endsAt - budget.now())
  const timer = setTimeout(abort, Math.min(budget.limits.requestMs, left))
  budget.signal.addEventListener('abort', abort)
  try {
    const headers = new Headers(init.headers)
    headers.set('user-agent', USER_AGENT)
    const response = await budget.fetch(url, { ...init, headers, redirect: 'manual', signal: aborter.signal })
    const body = await readBody(response, url, budget.limits.maxPageBytes)
    budget.onRequest({ host: url.host, code: String(response.status) })
    return { url, status: response.status, headers: response.headers, body }
  } catch (cause) {
    const error = asFailure(cause, url, aborter.signal.aborted)
    budget.onRequest({ host: url.host, code: error.reason })
    throw error
  } finally {
    clearTimeout(timer)
    budget.signal.removeEventListener('abort', abort)
    aborter.abort() // lets go of a body that was not read to its end
  }
}

async function readBody(response: Response, url: URL, maxBytes: number): Promise<string> {
  const stream: AsyncIterable<Uint8Array> | null = response.body
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of stream ?? []) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new AlustanError('InvalidRegistryAnswer', `registry '${url.host}' breaks off in the middle of an answer`, {
      cause,
    })
  }
  if (bytes > maxBytes) {
    throw new AlustanError('InvalidRegistryAnswer', `registry '${url.host}' answers with more than ${maxBytes} bytes`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The same fault gives the same text: of what was thrown only the system's error code is told. */
function asFailure(thrown: unknown, url: URL, isAborted: boolean): AlustanError {
  if (isAborted)
    return new AlustanError('RegistryTimeout', `registry '${url.host}' did not answer in time`, { cause: thrown })
  if (thrown instanceof AlustanError) return thrown
  const code = errorCode(thrown)
  const text = `registry '${url.host}' cannot be reached${code === undefined ? '' : ` (${code})`}`
  return new AlustanError('RegistryUnreachable', text, { cause: thrown })
}

function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  if ('code' in thrown && typeof thrown.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(thrown.code)) return thrown.code
  return errorCode(thrown.cause)
}
