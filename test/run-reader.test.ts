import { createServer, type ServerResponse } from 'node:http'
import t from 'tap'
import { kubernetesApi, apiURL, type Pod } from '../lib/kubernetes/api.js'
import { blindRunReader, createRunReader } from '../lib/kubernetes/run-reader.js'
import { close, listen } from './fake/listen.js'
import { pod } from './pod.js'

t.test('runs are read through the API of Kubernetes, once, and never for long', async t => {
  let logs = 0
  let isDown = false
  let isForbidden = false
  let isSilent = false
  const silent: ServerResponse[] = []
  let broken: number | undefined
  let isLogBroken = false
  let slowMs = 0
  let now = 0
  const server = createServer((request, response) => {
    if (isDown) return request.socket.destroy()
    if (isSilent) return void silent.push(response)
    if (broken !== undefined) return response.writeHead(broken).end('<html>Proxy</html>')
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    if (isLogBroken && pathname.endsWith('/log')) return response.writeHead(500).end('{"kind":"Status"}')
    if (isForbidden) return response.writeHead(403).end('{"kind":"Status"}')
    if (pathname.endsWith('/log')) {
      logs++
      // 10 MiB before what counts.
      for (let count = 0; count < 160; count++) response.write(`${'noise { " '.repeat(6553)}\n`)
      return response.end('{"outputs":{"a":1}}')
    }
    const items: Record<string, Pod[]> = {
      'job-name=report': [pod({ phase: 'Succeeded' }, 'report-x')],
      'alustan.io/terraform=staging': [
        pod({ phase: 'Failed' }, 'a'),
        pod({ phase: 'Running' }, 'c'),
        pod({ phase: 'Pending' }, 'b'),
      ],
    }
    const text = JSON.stringify({ items: items[searchParams.get('labelSelector') ?? ''] ?? [] })
    return setTimeout(() => response.end(text), slowMs)
  })
  const url = await listen(server)
  t.teardown(() => close(server))
  const reader = createRunReader(kubernetesApi(url), () => now)
  const run = { namespace: 'team', job: 'report', id: '1', isActive: false }
  const read = async (name: typeof run) => {
    for (let tries = 0; tries < 20; tries++) {
      const found = await reader.output(name)
      if (found?.value !== undefined) return found
    }
    return undefined
  }
  isDown = true
  const down = { failure: { reason: 'KubernetesUnreachable', message: /cannot be reached \([A-Z_]+\), so nothing/ } }
  t.match(await reader.output(run), down)
  t.match(await reader.pods({ ...run, isActive: true }), down)
  isDown = false
  t.strictSame(await read(run), { value: { outputs: { a: 1 } } }, 'asked again after a failure')
  t.equal(logs, 1, 'a log is read once')
  t.match(await reader.output({ ...run, id: '2', job: 'gone' }), { value: { fault: /its pod is gone/ } })
  t.match(await reader.pods({ ...run, isActive: true }), { value: { hasStarted: true } })
  now += 5000
  isDown = true
  t.match(await reader.pods({ ...run, isActive: true }), down, 'what an active run was is not what it is')
  t.match(await reader.livePods('team', 'staging'), down, 'down is not: none')
  isDown = false
  isSilent = true
  t.match(await reader.livePods('team', 'staging'), down, 'while the next answer takes long, the fault before is told')
  t.equal(await createRunReader(kubernetesApi(url), () => now).livePods('team', 'staging'), undefined, 'or nothing')
  isSilent = false
  for (const response of silent) response.destroy()
  t.match(await reader.livePods('team', 'staging'), down)
  broken = 503
  t.match(await reader.livePods('team', 'staging'), { failure: { message: /answers with 503, so nothing/ } })
  broken = 200
  t.match(await reader.livePods('team', 'staging'), { failure: { message: /answers with no list of pods, so/ } })
  broken = undefined
  isDown = false
  t.strictSame(await reader.livePods('team', 'staging'), { value: ['b', 'c'] }, 'what has not ended is live')
  t.strictSame(await reader.livePods('team', 'other'), { value: [] })
  slowMs = 1200
  t.equal(await reader.livePods('team', 'staging'), undefined, 'longer than anybody waits')
  t.strictSame(await reader.livePods('team', 'staging'), { value: ['b', 'c'] }, 'who asks again joins the same reading')
  slowMs = 0
  isLogBroken = true
  const unread = {
    failure: { reason: 'LogUnreadable', message: /log of pod 'report-x' cannot be read \(status 500\)/ },
  }
  t.match(await reader.output({ ...run, id: '4' }), unread)
  isLogBroken = false
  isForbidden = true
  const failure = {
    reason: 'PodsForbidden',
    message:
      /may not read the pods of namespace 'team'; give its ServiceAccount the verbs list on pods and get on pods\/log/,
  }
  t.match(await reader.livePods('team', 'staging'), { failure })
  t.match(await reader.output({ ...run, id: '3' }), { failure })
  isForbidden = false
  t.match(await read({ ...run, id: '3' }), { value: { outputs: { a: 1 } } }, 'a new Role is noticed')
  t.equal(await createRunReader(undefined, () => 0).pods(run), undefined)
  t.equal(await blindRunReader.pods(run), undefined)
  t.match((await blindRunReader.output(run))?.value, { fault: /READ_POD_LOGS is false/ })
})

t.test('the API is that of the environment', t => {
  t.equal(apiURL(undefined, {}), undefined)
  t.equal(
    apiURL(undefined, { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' }),
    'https://10.0.0.1:6443',
  )
  t.equal(apiURL(undefined, { KUBERNETES_SERVICE_HOST: 'fd00::1' }), 'https://[fd00::1]:443')
  t.equal(apiURL('http://127.0.0.1:1', { KUBERNETES_SERVICE_HOST: 'x' }), 'http://127.0.0.1:1')
  t.end()
})
