import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { kubectlProxy, openKubectlProxy } from '../lib/engine/kubectl-proxy.js'
import { socketFetch } from '../lib/engine/socket-fetch.js'
import { close } from './fake/listen.js'

/** Puts a kubectl on PATH; without a script there is none. */
function putKubectl(t: Test, script: string | undefined): void {
  const { PATH } = process.env
  t.teardown(() => (process.env.PATH = PATH))
  const folder = t.testdir({})
  if (script !== undefined) {
    writeFileSync(`${folder}/kubectl`, `#!/bin/sh\n${script}\n`)
    chmodSync(`${folder}/kubectl`, 0o755)
  }
  process.env.PATH = script === undefined ? folder : `${folder}:${PATH ?? ''}`
}

t.test('kubectl proxy serves on a socket in a folder that is for this user only, and is gone afterwards', async t => {
  const said = `${t.testdir({})}/said`
  putKubectl(t, `echo "$@" > ${said}; echo "Starting to serve on \${2#*=}"; exec sleep 60`)
  const { socket, stop } = await kubectlProxy(['--context=x'])
  t.equal(statSync(dirname(socket)).mode & 0o777, 0o700)
  t.notMatch(socket, /^http|^\d/, 'nothing listens on a port')
  stop()
  t.notOk(existsSync(dirname(socket)))
})

t.test('kubectl proxy that does not come up', async t => {
  const rows: [why: string, script: string | undefined, message: RegExp][] = [
    [
      'gives up',
      'echo no cluster >&2; exit 1',
      /^kubectl proxy gave up: no cluster; does KUBECONFIG name a cluster\?$/,
    ],
    [
      'asks for a user and password, since it has no login',
      'printf "Please enter Username: "; echo error: EOF >&2; exit 1',
      /^kubectl has no login for this cluster; log in, or give the user of this context one in the kubeconfig/,
    ],
    ['is not there', undefined, /^kubectl proxy does not start: .*; install kubectl$/],
  ]
  for (const [why, script, message] of rows) {
    t.test(why, async t => {
      putKubectl(t, script)
      await t.rejects(kubectlProxy(), { message })
    })
  }
})

t.test('one that is open says where it serves', async t => {
  putKubectl(t, 'echo Starting to serve on 127.0.0.1:4321; exec sleep 60')
  const { url, stop } = await openKubectlProxy()
  t.equal(url, 'http://127.0.0.1:4321')
  stop()
})

t.test('a request through a socket is one of fetch', async t => {
  const socket = `${process.env.TMPDIR ?? '/tmp'}/alustan-test-${process.pid}`
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    if (url === '/hang') return
    if (url === '/moved') return void response.writeHead(302, { location: 'http://localhost/other' }).end()
    if (url === '/nothing') return void response.writeHead(204).end()
    request.on('data', (body: Buffer) => response.end(`${method} ${url} ${headers.accept} ${String(body)}`))
  })
  await new Promise<void>(resolve => server.listen(socket, resolve))
  t.teardown(() => close(server))
  const ask = socketFetch(socket)
  const get = { method: 'GET', headers: {}, signal: null }
  const answer = await ask('http://localhost/a?b=c', {
    ...get,
    method: 'PATCH',
    headers: { accept: 'x/y' },
    body: '{}',
  })
  t.equal(await answer.text(), 'PATCH /a?b=c x/y {}')
  t.match(await ask('http://localhost/moved', get), { status: 302, ok: false })
  t.match(await ask('http://localhost/nothing', get), { status: 204, ok: true })
  await t.rejects(ask('http://localhost/hang', { ...get, signal: AbortSignal.timeout(1) }), { name: 'TimeoutError' })
  await t.rejects(socketFetch('/no/socket')('http://localhost/', get), { code: 'ENOENT' })
})
