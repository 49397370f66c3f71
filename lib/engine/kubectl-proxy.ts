import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'

/**
 * Starts `kubectl proxy` on a unix socket that nobody but this user can open: a way to the API server that needs no
 * login of its own, since it has that of `KUBECONFIG`, whatever its kind. `options` are more of kubectl's. Throws when
 * kubectl is not there or gives up.
 */
export async function kubectlProxy(options: readonly string[] = []): Promise<{ socket: string; stop: () => void }> {
  const folder = mkdtempSync(`${tmpdir()}/alustan-`) // of mode 0700
  const removeFolder = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  const { address, stop } = await start([`--unix-socket=${folder}/kubectl`, ...options], removeFolder)
  return { socket: address, stop }
}

/**
 * Starts it on a free port of loopback, for tests of programs that take a URL (without a slash at the end): every user of
 * this machine has that login then, so it is for clusters that are thrown away.
 */
export async function openKubectlProxy(): Promise<{ url: string; stop: () => void }> {
  const { address, stop } = await start(['--port=0', '--address=127.0.0.1'])
  return { url: `http://${address}`, stop }
}

async function start(
  args: readonly string[],
  cleanUp: () => void = () => undefined,
): Promise<{ address: string; stop: () => void }> {
  const child = spawn('kubectl', ['proxy', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const stop = (): void => {
    process.off('exit', stop)
    child.kill()
    cleanUp()
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
        reject(new Error(whyGivenUp(errors.join('').trim())))
      })
      createInterface(child.stdout).on('line', line => {
        const address = /Starting to serve on (\S+)/.exec(line)?.[1]
        if (address !== undefined) resolve({ address, stop })
      })
    })
  } catch (error) {
    stop()
    throw error
  }
}

function whyGivenUp(said: string): string {
  // It asked for a user and a password, since it had no other login, and nobody types any.
  if (said.endsWith('EOF')) {
    return "kubectl has no login for this cluster; log in, or give the user of this context one in the kubeconfig ('kubectl config set-credentials')"
  }
  return `kubectl proxy gave up: ${said}; does KUBECONFIG name a cluster?`
}
