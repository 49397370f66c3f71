import { AlustanError, type Reason } from '../errors.js'

/** A whole answer: read to its end, within bounds. */
export interface Answer {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Whom we ask, and how it is told that no answer came. */
export interface Peer {
  /** Begins the messages, before the host: "registry". */
  readonly title: string
  readonly unreachable: Reason
  readonly timeout: Reason
  readonly invalid: Reason
}

/** What one request may cost and who is told of it. */
export interface RequestBounds {
  readonly fetch: typeof fetch
  readonly peer: Peer
  readonly ms: number
  readonly maxBytes: number
  readonly signal: AbortSignal
  readonly onRequest: (request: { host: string; code: string }) => void
}

const USER_AGENT = 'alustan'

/**
 * Asks a URL once and reads the answer to its end, in bounded time and memory; redirects are answers. Throws with the
 * peer's reasons.
 */
export async function boundedRequest(url: URL, init: RequestInit, bounds: RequestBounds): Promise<Answer> {
  const aborter = new AbortController()
  const abort = () => {
    aborter.abort()
  }
  const timer = setTimeout(abort, bounds.ms)
  bounds.signal.addEventListener('abort', abort)
  if (bounds.signal.aborted) abort()
  try {
    const headers = new Headers(init.headers)
    headers.set('user-agent', USER_AGENT)
    const response = await bounds.fetch(url, { ...init, headers, redirect: 'manual', signal: aborter.signal })
    const body = await readBody(response, url, bounds)
    bounds.onRequest({ host: url.host, code: String(response.status) })
    return { url, status: response.status, headers: response.headers, body }
  } catch (cause) {
    const error = asFailure(cause, url, bounds.peer, aborter.signal.aborted)
    bounds.onRequest({ host: url.host, code: error.reason })
    throw error
  } finally {
    clearTimeout(timer)
    bounds.signal.removeEventListener('abort', abort)
    aborter.abort() // lets go of a body that was not read to its end
  }
}

async function readBody(response: Response, url: URL, { peer, maxBytes }: RequestBounds): Promise<string> {
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
    const fault = `${peer.title} '${url.host}' breaks off in the middle of an answer`
    throw new AlustanError(peer.invalid, `${fault}; see whether a proxy between cuts it off`, { cause })
  }
  if (bytes > maxBytes) {
    const fault = `${peer.title} '${url.host}' answers with more than ${maxBytes} bytes`
    throw new AlustanError(peer.invalid, `${fault}; check what answers there`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The same fault gives the same text: of what was thrown only the system's error code is told. */
function asFailure(thrown: unknown, url: URL, peer: Peer, isAborted: boolean): AlustanError {
  if (isAborted) {
    const fault = `${peer.title} '${url.host}' did not answer in time`
    return new AlustanError(peer.timeout, `${fault}; see whether it is up, or the network slow`, { cause: thrown })
  }
  if (thrown instanceof AlustanError) return thrown
  const code = errorCode(thrown)
  const fault = `${peer.title} '${url.host}' cannot be reached${code === undefined ? '' : ` (${code})`}`
  const cure = 'check its name and what the network lets through'
  return new AlustanError(peer.unreachable, `${fault}; ${cure}`, { cause: thrown })
}

/** The system's code of an error or of its cause: `ECONNREFUSED`, `ENOTFOUND`, … */
export function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  if ('code' in thrown && typeof thrown.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(thrown.code)) return thrown.code
  return errorCode(thrown.cause)
}
