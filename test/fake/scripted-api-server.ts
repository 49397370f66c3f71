import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { apiCluster, type ApiCluster } from '../../lib/engine/api-cluster.js'

/** A request that the server got. */
export interface Seen {
  request: string
  body: string
  type: string | undefined
}

/** An API server of which each answer is scripted; `seen` are the requests. */
export async function apiServer(
  t: Test,
  answer: (request: string, response: ServerResponse, count: number) => void,
): Promise<{ cluster: ApiCluster; seen: Seen[]; errors: string[] }> {
  const seen: Seen[] = []
  const errors: string[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const line = `${request.method ?? ''} ${decodeURIComponent(request.url ?? '')}`
    seen.push({ request: line, body: await text(request), type: request.headers['content-type'] })
    answer(line, response, seen.length)
  }
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cluster = apiCluster({ url, onError: message => errors.push(message) })
  t.teardown(() => {
    cluster.stop()
    server.closeAllConnections()
    server.close()
  })
  return { cluster, seen, errors }
}

/** Answers with a Status of failure. */
export const refuse = (response: ServerResponse, code: number, reason: string): void => {
  response.statusCode = code
  response.end(JSON.stringify({ kind: 'Status', status: 'Failure', reason, message: `it is ${reason}`, code }))
}
