import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.js'
import { eventually, start } from './shell.js'

export const USER = 'alustan'
export const PASSWORD = 'alustan-e2e'
/** `htpasswd -Bbn alustan alustan-e2e` */
const HTPASSWD = 'alustan:$2b$05$abcdefghijklmnopqrstuuPDe.sbxhq/rTgrzaiiLKMbxJ8jymDdq\n'

/** A registry of a test's own. */
export interface RegistryProcess {
  readonly host: string
  readonly url: string
  stop(): Promise<void>
}

/** Starts the program `registry` on a free port of loopback: open, or for the one user with the password. */
export async function startRegistry(isProtected: boolean): Promise<RegistryProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'alustan-registry-'))
  const port = await freePort()
  const host = `localhost:${port}`
  const url = `http://${host}`
  await writeFile(join(folder, 'htpasswd'), HTPASSWD)
  const auth = { htpasswd: { realm: 'e2e', path: join(folder, 'htpasswd') } }
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: folder } },
    http: { addr: `127.0.0.1:${port}`, secret: 'e2e' },
    ...(isProtected && { auth }),
  }
  // JSON is YAML
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  const registry = start('registry', ['serve', join(folder, 'config.yml')])
  const stop = async () => {
    await registry.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const answers = async () => ([200, 401].includes((await fetch(`${url}/v2/`)).status) ? true : undefined)
  await eventually("the program 'registry' on PATH starts", 10, answers).catch(async (cause: unknown) => {
    await stop()
    throw cause
  })
  return { host, url, stop }
}
