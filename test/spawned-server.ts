import { spawn } from 'node:child_process'
import type { Test } from 'tap'
import { openParts } from './canaries.js'
import { freePort } from './free-port.js'

/** The real server in a process of its own, and all that comes out of it. */
export interface SpawnedServer {
  /** Asks a hook with the hook token, unless the headers say otherwise; answers the text. */
  ask: (path: string, body: unknown, headers?: Record<string, string>) => Promise<string>
  /** All that was answered until now, but for the places that secrets belong into. */
  out: string[]
  log: () => string
  url: string
  /** Waits until as many lines of the log match. */
  logged: (line: RegExp, times: number) => Promise<void>
}

/** Starts a server with an environment, which holds HOOK_TOKEN. */
export async function spawnServer(
  t: Test,
  env: { HOOK_TOKEN: string } & Record<string, string>,
): Promise<SpawnedServer> {
  const url = `http://127.0.0.1:${await freePort()}`
  const child = spawn(process.execPath, ['dist/hooks/server.js'], {
    env: { PATH: process.env.PATH, PORT: new URL(url).port, LOG_LEVEL: 'trace', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
  }
  const logged = async (line: RegExp, times: number): Promise<void> => {
    while (log.split('\n').filter(each => line.test(each)).length < times) {
      await new Promise(resolve => child.stdout.once('data', resolve))
    }
  }
  await logged(/Server listening/, 1)
  const out: string[] = []
  const ask = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${env.HOOK_TOKEN}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await answer.text()
    out.push(answer.ok && !path.endsWith('customize') ? openParts(JSON.parse(text)) : text)
    return text
  }
  return { ask, out, log: () => log, url, logged }
}
