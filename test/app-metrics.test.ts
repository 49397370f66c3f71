import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import t from 'tap'
import { parse } from 'yaml'
import { buildMetrics } from '../hooks/metrics.js'
import { scanLog } from '../hooks/scan-log.js'
import { AlustanError } from '../lib/errors.js'
import { cacheReport } from '../lib/refresh/cache-report.js'
import { body, build } from './built-app.js'

t.test('the metrics count hooks by kind, hook and code', async t => {
  const { app, post } = await build(t)
  await post('/services/sync', body())
  await post('/services/sync', '{')
  const { body: text } = await app.inject('/metrics')
  t.match(text, /alustan_hook_duration_seconds_count\{kind="services",hook="sync",code="200"\} 1/)
  t.match(text, /alustan_hook_duration_seconds_count\{kind="services",hook="sync",code="400"\} 1/)
})

t.test('what alerts count is there as 0 before it first happens, and whether the server is up', async t => {
  const text = await buildMetrics().text()
  for (const series of [
    'alustan_terraform_runs_total{step="deploy",outcome="failed"} 0',
    'alustan_terraform_runs_total{step="destroy",outcome="failed"} 0',
    'alustan_image_changes_total{kind="Terraform",change="older"} 0',
    'alustan_state_changes_total{kind="Service",state="Failed"} 0',
    'alustan_hook_duration_seconds_count{kind="services",hook="sync",code="500"} 0',
  ]) {
    t.ok(text.includes(`${series}\n`), series)
  }
  const absent = [...readFileSync('charts/alustan/files/alerts.yaml', 'utf8').matchAll(/absent\((\w+)\)/g)]
  t.equal(absent.length, 1)
  for (const [, metric] of absent) t.match(text, new RegExp(`^${metric}[{ ]`, 'm'))
})

t.test('no set of labels that is counted differs from those that were there', async t => {
  const { app, post } = await build(t)
  const known = (await app.inject('/metrics')).body
  const { request } = parse(readFileSync('test/golden/terraform-failed/given.yaml', 'utf8'))
  const [job] = Object.values<any>(request.children['Job.batch/v1'])
  request.parent.status = { run: { job: job.metadata.name, phase: 'Running' } }
  await post('/terraforms/sync', request)
  for (const hook of ['sync', 'finalize', 'customize']) await post(`/services/${hook}`, body())
  const names = (text: string) =>
    text
      .split('\n')
      .filter(line => /^alustan_(hook|state|image|terraform)/.test(line))
      .map(line => line.replace(/ \S+$/, ''))
  t.strictSame(names((await app.inject('/metrics')).body), names(known))
})

t.test('a change of state or image is logged and counted once for each version of the resource', async t => {
  const { app, post, lines } = await build(t)
  const given = body()
  given.parent.metadata.resourceVersion = '7'
  // Until Metacontroller has written the status, the same change is answered again.
  for (let call = 0; call < 3; call++) await post('/services/sync', given)
  const { status } = (await post('/services/sync', given)).json()
  const changes = () => lines.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'state changed')
  t.match(changes(), [
    { kind: 'Service', namespace: given.parent.metadata.namespace, name: 'api-service', state: 'Progressing' },
  ])
  t.equal(changes()[0].reason, 'Progressing')
  given.parent.metadata.resourceVersion = '8'
  given.parent.status = { ...status, image: 'alustan/backend:0.2.0' }
  await post('/services/sync', given)
  given.parent.metadata.resourceVersion = '9'
  given.parent.status = { ...status, image: 'alustan/other:0.2.0' }
  await post('/services/sync', given)
  given.parent.status = status
  await post('/services/sync', given)
  const { body: text } = await app.inject('/metrics')
  t.match(text, 'alustan_state_changes_total{kind="Service",state="Progressing"} 1\n')
  t.match(text, 'alustan_image_changes_total{kind="Service",change="first"} 1\n')
  t.match(text, 'alustan_image_changes_total{kind="Service",change="newer"} 1\n')
  t.match(text, 'alustan_image_changes_total{kind="Service",change="other"} 1\n')
  t.equal(changes().length, 3)
})

t.test('a run that ends is logged and counted once, by step and outcome', async t => {
  const { app, post, lines } = await build(t)
  const { request } = parse(readFileSync('test/golden/terraform-failed/given.yaml', 'utf8'))
  const [job] = Object.values<any>(request.children['Job.batch/v1'])
  request.parent.status = { run: { job: job.metadata.name, phase: 'Running' } }
  for (const resourceVersion of ['1', '2']) {
    request.parent.metadata.resourceVersion = resourceVersion
    await post('/terraforms/sync', request)
  }
  const { body: text } = await app.inject('/metrics')
  t.match(text, 'alustan_terraform_runs_total{step="deploy",outcome="failed"} 1\n')
  const ended = lines.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'run ended')
  t.match(ended, [{ kind: 'Terraform', name: 'staging-cluster', job: job.metadata.name, outcome: 'failed' }])
  t.equal(ended.length, 1)
})

t.test('hosts that users name do not make metrics grow without end', async t => {
  const metrics = buildMetrics()
  for (let host = 0; host < 200; host++) metrics.observeRegistryRequest({ host: `r${host}.example.com`, code: '200' })
  const lines = (await metrics.text()).split('\n').filter(line => line.startsWith('alustan_registry_requests_total{'))
  t.equal(lines.length, 51)
  t.ok(lines.includes('alustan_registry_requests_total{host="other",code="200"} 150'))
})

t.test('the age of a cache is told in a few numbers', async t => {
  const metrics = buildMetrics()
  const entries = [
    { failure: undefined, ageMs: 4000 },
    { failure: 'down', ageMs: 90_000 },
    { failure: 'down', ageMs: undefined },
  ]
  metrics.watchCache('registry', () => cacheReport(entries))
  const text = await metrics.text()
  for (const state of ['fresh', 'stale', 'empty']) {
    t.match(text, `alustan_cache_entries{cache="registry",state="${state}"} 1\n`)
  }
  t.match(text, 'alustan_cache_oldest_seconds{cache="registry"} 90\n')
})

t.test('scans are logged when they begin to fail, and when they succeed again', async t => {
  const lines: string[] = []
  const log = scanLog(pino({ level: 'info' }, { write: line => lines.push(line) }))
  const scanned = { image: 'a/b', tags: 3, ms: 1.4 }
  const down = new AlustanError('RegistryUnreachable', 'registry is down')
  const bug = new AlustanError('InternalError', 'a bug', { cause: new TypeError('oops') })
  for (const failure of [undefined, down, down, undefined, bug]) log({ ...scanned, failure })
  t.match(
    lines.map(line => JSON.parse(line)),
    [
      { level: 30, image: 'a/b', msg: 'scans succeed' },
      { level: 40, image: 'a/b', reason: 'RegistryUnreachable', message: 'registry is down', msg: 'scans fail' },
      { level: 30, msg: 'scans succeed' },
      { level: 50, reason: 'InternalError', err: { message: 'oops' } },
    ],
  )
})
