import { createServer } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { kubectlProxy } from '../../lib/engine/kubectl-proxy.js'
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
  const proxy = await kubectlProxy()
  const requests: string[] = []
  const server = createServer(({ method = '', url = '', headers }, response) => {
    requests.push(`${method} ${url} ${headers.accept ?? ''}`)
    void fetch(proxy.url + url, { method, headers: { accept: headers.accept ?? '' } }).then(
      async answer => response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer())),
      (fault: unknown) => response.writeHead(502).end(String(fault)),
    )
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
