import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A way to the API server that needs no login of its own. */
export interface KubectlProxy {
  /** Without a slash at the end. */
  url: string
  stop: () => void
}

/**
 * Starts `kubectl proxy` on a free port of loopback, with the login of `KUBECONFIG`, whatever its kind; `options` are
 * more of kubectl's. Throws when kubectl is not there or gives up.
 */
export async function kubectlProxy(options: readonly string[] = []): Promise<KubectlProxy> {
  const child = spawn('kubectl', ['proxy', '--port=0', '--address=127.0.0.1', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = (): void => {
    process.off('exit', stop)
    child.kill()
  }
  process.once('exit', stop)
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', cause => {
        reject(new Error(`kubectl proxy does not start: ${cause.message}; install kubectl`, { cause }))
      })
      // Not `exit`: what it said on stderr may come after that.
      child.once('close', () => {
        reject(new Error(`kubectl proxy gave up: ${errors.join('').trim()}; does KUBECONFIG name a cluster?`))
      })
      createInterface(child.stdout).on('line', line => {
        const address = /Starting to serve on (\S+)/.exec(line)?.[1]
        if (address !== undefined) resolve({ url: `http://${address}`, stop })
      })
    })
  } catch (error) {
    stop()
    throw error
  }
}
