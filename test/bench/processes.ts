import { type ChildProcess, spawn } from 'node:child_process'
import { freePort } from '../free-port.js'

/** A server of its own process, so that the load generator does not share its core. */
export interface Running {
  readonly url: string
  readonly child: ChildProcess
  stop(): Promise<void>
}

/** Starts a compiled script with PORT set and waits until it answers at `path`. */
export async function startServer(
  script: string,
  path: string,
  env: Record<string, string> = {},
  program = process.execPath,
): Promise<Running> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(program, [script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env, PORT: String(port), LOG_LEVEL: 'error' },
  })
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()))
  for (let tries = 0; ; tries++) {
    const isUp = await fetch(url + path, path === '/' ? { method: 'POST', body: '{}' } : {}).then(
      answer => answer.ok,
      () => false,
    )
    if (isUp) break
    if (tries > 100) throw new Error(`${script} does not answer`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return {
    url,
    child,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
