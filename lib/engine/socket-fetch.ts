import { request } from 'node:http'
import { Readable } from 'node:stream'

/** What the client of an API server needs of `fetch`. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>

interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal: AbortSignal | null
}

/** `fetch` through a unix socket, which Node's own cannot reach. Redirections are answers, and are not followed. */
export function socketFetch(socketPath: string): Fetch {
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const options = { socketPath, method, headers, agent: false, ...(signal && { signal }) }
      request(url, options, answer => {
        const { statusCode: status = 0 } = answer
        const hasBody = ![204, 205, 304].includes(status)
        resolve(new Response(hasBody ? (Readable.toWeb(answer) as ReadableStream) : null, { status }))
      })
        .once('error', error => {
          reject(signal?.reason instanceof Error ? signal.reason : error) // a timeout says so
        })
        .end(body)
    })
}
