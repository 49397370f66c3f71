import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import t, { type Test } from 'tap'
import { body } from './built-app.js'
import { startFakeRegistry } from './fake/registry.js'
import { freePort } from './free-port.js'

/** Starts the real server; resolves when it is ready. */
async function startServer(t: Test, env: Record<string, string>) {
  const port = await freePort()
  const child = spawn(process.execPath, ['dist/hooks/server.js'], {
    env: { ...process.env, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  for await (const line of child.stdout.setEncoding('utf8')) if (String(line).includes('Server listening')) break
  return { child, url: `http://127.0.0.1:${port}` }
}

t.test('on SIGTERM the server finishes what is in flight, is not ready, and ends with 0', async t => {
  // The first scan is held back, so that a sync waits for it when the signal comes.
  const registry = await startFakeRegistry({ 'alustan/backend': ['0.2.0'] })
  t.teardown(() => registry.close())
  registry.fault = { kind: 'slow', ms: 500 }
  const { child, url } = await startServer(t, { DOCKER_REGISTRY_URL: registry.url })
  const text = JSON.stringify(body())
  const sync = httpRequest(`${url}/services/sync`, { method: 'POST', headers: { 'content-type': 'application/json' } })
  const answered = once(sync, 'response') as Promise<[IncomingMessage]>
  sync.end(text)
  while (registry.seen.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  let code = 200
  while (code === 200) code = (await fetch(`${url}/readyz`)).status
  t.equal(code, 503, 'not ready while it still listens')
  const [answer] = await answered
  t.equal(answer.statusCode, 200)
  answer.resume()
  const [exitCode] = await ended
  t.equal(exitCode, 0)
})

t.test('a bad environment ends the server with one line for all faults', async t => {
  const child = spawn(process.execPath, ['dist/hooks/server.js'], {
    env: { ...process.env, PORT: 'http', APP_SYNC_INTERVAL: '5 minutes' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = await once(child, 'close')
  t.equal(code, 1)
  t.match(stderr, /^alustan: environment: PORT .*; APP_SYNC_INTERVAL '5 minutes' .*\n$/)
})
