import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { openKubectlProxy } from '../../lib/engine/kubectl-proxy.js'
import { close, listen } from '../fake/listen.js'

/** A way to the API server on which requests are noted. */
export interface ApiCounter {
  /** A kubeconfig that leads there. */
  readonly kubeconfig: string
  /** Method, path and wanted form of each. */
  readonly requests: string[]
  stop(): Promise<void>
}

/** Opens one, with the login of KUBECONFIG; its own kubeconfig is written into a folder. */
export async function apiCounter(folder: string): Promise<ApiCounter> {
  const proxy = await openKubectlProxy()
  const requests: string[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const { accept = '', 'content-type': type = '' } = headers
    requests.push(`${method} ${url} ${accept}`)
    const forward = async (): Promise<void> => {
      const body = await text(request)
      const init = { method, headers: { accept, 'content-type': type }, ...(body !== '' && { body }) }
      const answer = await fetch(proxy.url + url, init)
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
    }
    forward().catch((fault: unknown) => response.writeHead(502).end(String(fault)))
  })
  const kubeconfig = `${folder}/counted.kubeconfig`
  await writeFile(kubeconfig, kubeconfigFor(await listen(server)), { mode: 0o600 })
  return {
    kubeconfig,
    requests,
    stop: async () => {
      await close(server)
      proxy.stop()
    },
  }
}

/** A kubeconfig for a server that asks for no login. */
export function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'it', cluster: { server } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    users: [{ name: 'it', user: {} }],
    'current-context': 'it',
  })
}
