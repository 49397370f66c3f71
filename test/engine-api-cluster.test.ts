import t from 'tap'
import type { ApiCluster } from '../lib/engine/api-cluster.js'
import type { ApiObject } from '../lib/engine/cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { apiServer, refuse, type Seen } from './fake/scripted-api-server.js'

const { jobs, secrets, terraforms } = RESOURCES

const at = { name: 'a', namespace: 'n' }
const object = (version: string): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { ...at, resourceVersion: version },
})

t.test('Requests', async t => {
  const rows: [why: string, act: (cluster: ApiCluster) => Promise<unknown>, want: Partial<Seen>][] = [
    ['a core kind', c => c.get(secrets, at), { request: 'GET /api/v1/namespaces/n/secrets/a' }],
    ['a kind of a group', c => c.get(jobs, at), { request: 'GET /apis/batch/v1/namespaces/n/jobs/a' }],
    ['a list of all namespaces', c => c.list(secrets), { request: 'GET /api/v1/secrets' }],
    [
      'a list by labels',
      c =>
        c.list(secrets, {
          namespace: 'n',
          labelSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'c', operator: 'In', values: ['d', 'e'] },
              { key: 'f', operator: 'NotIn', values: ['g'] },
              { key: 'h', operator: 'Exists' },
              { key: 'i', operator: 'DoesNotExist' },
            ],
          },
        }),
      { request: 'GET /api/v1/namespaces/n/secrets?labelSelector=a=b,c+in+(d,e),f+notin+(g),h,!i' },
    ],
    [
      'creation',
      c => c.create(secrets, object('')),
      { request: 'POST /api/v1/namespaces/n/secrets', type: 'application/json' },
    ],
    [
      'an update',
      c => c.update(secrets, object('1')),
      { request: 'PUT /api/v1/namespaces/n/secrets/a', body: JSON.stringify(object('1')) },
    ],
    [
      'a status',
      c => c.updateStatus(terraforms, object('1')),
      { request: 'PUT /apis/alustan.io/v1alpha1/namespaces/n/terraforms/a/status' },
    ],
    [
      'a deletion',
      c => c.delete(jobs, at, { propagation: 'Background', uid: 'u' }),
      {
        request: 'DELETE /apis/batch/v1/namespaces/n/jobs/a',
        body: '{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","preconditions":{"uid":"u"}}',
      },
    ],
    [
      'an apply',
      c => c.apply(secrets, object(''), { fieldManager: 'me', dryRun: true }),
      {
        request: 'PATCH /api/v1/namespaces/n/secrets/a?fieldManager=me&force=true&dryRun=All',
        type: 'application/apply-patch+yaml',
      },
    ],
  ]
  for (const [why, act, want] of rows) {
    t.test(why, async t => {
      const { cluster, seen } = await apiServer(t, (_request, response) => response.end('{"items":[]}'))
      await act(cluster)
      t.match(seen[0], want)
    })
  }

  t.test(
    'a refusal is typed; what is not there is undefined; a body that is no Status is told by its number and first line',
    async t => {
      const { cluster } = await apiServer(t, (request, response) => {
        if (request.startsWith('PUT')) refuse(response, 409, 'Conflict')
        else if (request.startsWith('GET')) refuse(response, 404, 'NotFound')
        else response.writeHead(502).end('nobody listens\nthere')
      })
      await t.rejects(cluster.update(secrets, object('1')), {
        name: 'ApiError',
        status: 409,
        reason: 'Conflict',
        message: 'it is Conflict',
      })
      t.equal(await cluster.get(secrets, at), undefined)
      await t.rejects(cluster.create(secrets, object('')), {
        name: 'ApiError',
        status: 502,
        message: /^the API server answered 502: nobody listens$/,
      })
    },
  )

  t.test(
    'discovery knows kinds by either name and their status, and asks again for one that was not there',
    async t => {
      const resources = [
        { name: 'jobs', kind: 'Job', namespaced: true },
        { name: 'jobs/status', kind: 'Job', namespaced: true },
      ]
      const { cluster, seen } = await apiServer(t, (_request, response, count) => {
        if (count === 1) refuse(response, 404, 'NotFound')
        else response.end(JSON.stringify({ resources }))
      })
      t.equal(await cluster.findResource({ apiVersion: 'batch/v1', kind: 'Job' }), undefined)
      t.same(await cluster.findResource({ apiVersion: 'batch/v1', kind: 'Job' }), jobs)
      t.same(await cluster.findResource({ apiVersion: 'batch/v1', resource: 'jobs' }), jobs)
      t.equal(seen.length, 2)
    },
  )
})

t.test('Watches', async t => {
  const event = (type: string, version: string): string => `${JSON.stringify({ type, object: object(version) })}\n`
  const expired = JSON.stringify({
    type: 'ERROR',
    object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
  })

  t.test('list, then follow; go on where a connection ended; list again after 410', async t => {
    const told: string[] = []
    let finish: () => void = () => undefined
    const finished = new Promise<void>(resolve => (finish = resolve))
    const { cluster, seen, errors } = await apiServer(t, (request, response, count) => {
      if (!request.includes('watch=1')) {
        const items = count === 1 ? [{ metadata: { ...at, resourceVersion: '3' } }] : []
        response.end(JSON.stringify({ metadata: { resourceVersion: count === 1 ? '5' : '20' }, items }))
      } else if (count === 2) {
        // An event that arrives in two pieces, and a bookmark that only says how far it got.
        const line = event('MODIFIED', '6')
        response.write(line.slice(0, 20))
        setImmediate(() => response.end(line.slice(20) + event('BOOKMARK', '9')))
      } else if (count === 3) response.end(`${event('DELETED', '10')}${expired}\n`)
      else if (count === 5) refuse(response, 410, 'Expired')
      else response.flushHeaders()
    })
    cluster.watch(secrets, {
      listed: items => {
        told.push(
          `list ${items.map(({ kind, metadata }) => `${kind} ${String(metadata.resourceVersion)}`).join()}`.trim(),
        )
        if (told.length === 5) finish()
      },
      changed: ({ type, object: { metadata } }) => told.push(`${type} ${String(metadata.resourceVersion)}`),
    })
    await finished
    t.same(told, ['list Secret 3', 'MODIFIED 6', 'DELETED 10', 'list', 'list'])
    const from = seen.map(({ request }) => /resourceVersion=(\d+)/.exec(request)?.[1] ?? 'list')
    t.same(from.slice(0, 6), ['list', '5', '9', 'list', '20', 'list'])
    t.same(errors, [], 'none of it is an error')
  })

  t.test('an error is told, and nothing is told after the end', async t => {
    let told: () => void = () => undefined
    const { cluster, errors } = await apiServer(t, (_request, response) => {
      refuse(response, 403, 'Forbidden')
      told()
    })
    const first = new Promise<void>(resolve => (told = resolve))
    const close = cluster.watch(secrets, { listed: () => t.fail('listed'), changed: () => t.fail('changed') })
    await first
    while (errors.length === 0) await new Promise(setImmediate)
    close()
    t.same(errors, ['watch of secrets: it is Forbidden'])
  })
})
