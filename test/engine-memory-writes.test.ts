import t from 'tap'
import type { ApiObject, Cluster, Resource } from '../lib/engine/cluster.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { edited, make, options, ownedBy, read, SPAN } from './engine-memory-objects.js'
import { at } from './engine-objects.js'

const { applications, configMaps, jobs, namespaces, services, secrets } = RESOURCES

t.test('Writes', async t => {
  t.test('creation gives what only the API server gives, and drops status where that is written by itself', async t => {
    const cluster = memoryCluster(options)
    const metadata = { uid: 'mine', generation: 7, deletionTimestamp: SPAN, finalizers: [] }
    const created = await cluster.create(services, make(services, 'a', { spec: {}, status: { a: 1 } }, metadata))
    t.same(created, {
      apiVersion: 'alustan.io/v1alpha1',
      kind: 'Service',
      metadata: {
        ...at('a'),
        uid: '00000000-0000-4000-8000-000000000001',
        creationTimestamp: SPAN,
        generation: 1,
        resourceVersion: '1',
      },
      spec: {},
    })
    t.equal((await cluster.create(secrets, make(secrets, 'a'))).metadata.generation, undefined)
    t.same((await cluster.create(applications, make(applications, 'a', { status: { a: 1 } }))).status, { a: 1 })
    await t.rejects(cluster.create(services, make(services, 'a')), {
      name: 'ApiError',
      status: 409,
      reason: 'AlreadyExists',
    })
  })

  const generations: [why: string, resource: Resource, change: object, meta: object, want: number | undefined][] = [
    ['a spec is a new generation', services, { spec: { a: 2 } }, {}, 2],
    ['any other field but metadata too', services, { other: 1 }, {}, 2],
    ['a label is none', services, {}, { labels: { a: 'b' } }, 1],
    ['a status in a plain update is passed over', services, { status: { a: 2 } }, {}, 1],
    ['without a status subresource it is a change like any other', applications, { status: { a: 2 } }, {}, 2],
    ['core kinds have none', configMaps, { data: { a: '2' } }, {}, undefined],
  ]
  for (const [why, resource, change, meta, want] of generations) {
    t.test(why, async t => {
      const cluster = memoryCluster(options)
      const created = await cluster.create(resource, make(resource, 'a', { spec: { a: 1 } }))
      const updated = await cluster.update(resource, edited(created, change, meta))
      t.equal(updated.metadata.generation, want)
      if (resource === services) t.equal(updated.status, undefined)
    })
  }

  t.test('a status is written by itself and is no generation', async t => {
    const cluster = memoryCluster(options)
    const created = await cluster.create(services, make(services, 'a', { spec: {} }))
    const updated = await cluster.updateStatus(services, edited(created, { spec: { b: 1 }, status: { a: 1 } }))
    t.match(updated, { spec: {}, status: { a: 1 }, metadata: { generation: 1, resourceVersion: '2' } })
    t.same(updated.spec, {})
    await cluster.create(secrets, make(secrets, 'a'))
    await t.rejects(cluster.updateStatus(secrets, make(secrets, 'a')), { name: 'ApiError', status: 404 })
  })

  t.test('a write that changes nothing is none', async t => {
    const cluster = memoryCluster(options)
    const created = await cluster.create(services, make(services, 'a', { spec: {} }))
    cluster.watch(services, { listed: () => undefined, changed: () => t.fail('told of it') })
    t.same(await cluster.update(services, edited(created, {}, { finalizers: [], ownerReferences: [] })), created)
    t.notOk(cluster.deliver())
  })

  const refused: [why: string, act: (cluster: Cluster, old: ApiObject) => Promise<unknown>, want: object][] = [
    ['a stale version', async (cluster, old) => {
      await cluster.update(services, edited(old, { spec: { a: 2 } }))
      await cluster.update(services, edited(old, { spec: { a: 3 } }))
    }, { status: 409, reason: 'Conflict' }],
    ['a stale version of a status', async (cluster, old) => {
      await cluster.update(services, edited(old, { spec: { a: 2 } }))
      await cluster.updateStatus(services, edited(old, { status: {} }))
    }, { status: 409, reason: 'Conflict' }],
    ['the uid of a namesake', (cluster, old) => cluster.update(services, edited(old, {}, { uid: 'x' })), { reason: 'Conflict' }],
    ['deleting a namesake', cluster => cluster.delete(services, at('a'), { uid: 'x' }), { status: 409, reason: 'Conflict' }],
    ['what is not there', cluster => cluster.update(services, make(services, 'b')), { status: 404, reason: 'NotFound', message: "Service 'n/b' not found" }],
    ['deleting what is not there', cluster => cluster.delete(services, at('b')), { reason: 'NotFound' }],
    ['a name that is none', cluster => cluster.create(services, make(services, 'A_b')), { status: 422, reason: 'Invalid', message: /RFC 1123/ }],
    ['annotations over 256 KiB', cluster => cluster.create(services, make(services, 'b', {}, { annotations: { a: 'ä'.repeat(131072) } })), { message: /Too long/ }],
    ['two controllers', (cluster, old) => {
      const ownerReferences = ['1', '2'].map(uid => ({ apiVersion: 'v1', kind: 'Secret', name: uid, uid, controller: true }))
      return cluster.update(services, edited(old, {}, { ownerReferences }))
    }, { message: /only one reference can have Controller set to true/ }],
    ['another template of a Job', async cluster => {
      const job = await cluster.create(jobs, make(jobs, 'j', { spec: { template: { a: 1 } } }))
      await cluster.update(jobs, edited(job, { spec: { template: { a: 2 } } }))
    }, { message: /spec.template: field is immutable/ }],
    ['a new finalizer on what is being deleted', async cluster => {
      await cluster.create(services, make(services, 'f', {}, { finalizers: ['a/b'] }))
      await cluster.delete(services, at('f'))
      await cluster.update(services, edited((await read(cluster, services, 'f'))!, {}, { finalizers: ['a/b', 'c/d'] }))
    }, { message: /none can be added while the object is deleted/ }],
  ] // prettier-ignore
  for (const [why, act, want] of refused) {
    t.test(`refused: ${why}`, async t => {
      const cluster = memoryCluster(options)
      const old = await cluster.create(services, make(services, 'a', { spec: { a: 1 } }))
      await t.rejects(act(cluster, old), { name: 'ApiError', ...want })
    })
  }

  t.test('what is returned belongs to the caller', async t => {
    const cluster = memoryCluster(options)
    const created = await cluster.create(services, make(services, 'a', { spec: { deep: { a: 1 } } }))
    Object.assign((created.spec as { deep: object }).deep, { a: 2 })
    t.same((await read(cluster, services, 'a'))!.spec, { deep: { a: 1 } })
  })

  t.test('lists are of a namespace and of labels, or of all', async t => {
    const cluster = memoryCluster(options)
    await cluster.create(secrets, make(secrets, 'a', {}, { labels: { env: 'x' } }))
    await cluster.create(secrets, make(secrets, 'b', {}, { ...at('b', 'm'), labels: { env: 'x' } }))
    await cluster.create(secrets, make(secrets, 'c'))
    await cluster.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } })
    const names = async (query: object): Promise<string> =>
      (await cluster.list(secrets, query)).map(({ metadata }) => metadata.name).join('')
    t.equal(await names({}), 'abc')
    t.equal(await names({ namespace: 'n' }), 'ac')
    t.equal(await names({ labelSelector: { matchLabels: { env: 'x' } } }), 'ab')
    t.same((await cluster.get(namespaces, { name: 'n' }))?.metadata.name, 'n')
  })
})

t.test('Server-side apply', async t => {
  const fieldManager = 'me'
  t.test('what the manager applies no more goes; what others wrote stays; what it applies is its own', async t => {
    const cluster = memoryCluster(options)
    await cluster.create(configMaps, make(configMaps, 'a', { data: { theirs: '1', both: '1' } }))
    await cluster.apply(configMaps, make(configMaps, 'a', { data: { both: '2', mine: '2' } }, { labels: { l: '1' } }), {
      fieldManager,
    })
    t.same((await read(cluster, configMaps, 'a'))!.data, { theirs: '1', both: '2', mine: '2' })
    await cluster.apply(configMaps, make(configMaps, 'a', { data: { both: '2' } }), { fieldManager })
    const { data, metadata } = (await read(cluster, configMaps, 'a'))!
    t.same(data, { theirs: '1', both: '2' })
    t.equal(metadata.labels, undefined)
  })

  t.test('owners are merged by uid, other lists are replaced', async t => {
    const cluster = memoryCluster(options)
    const [first, second] = [
      ownedBy(make(secrets, 'x', {}, { uid: '1' })),
      ownedBy(make(secrets, 'y', {}, { uid: '2' })),
    ]
    const theirs = { apiVersion: 'v1', kind: 'Secret', name: 'z', uid: '3' }
    await cluster.create(configMaps, make(configMaps, 'a', { list: [1] }, { ownerReferences: [theirs] }))
    await cluster.apply(configMaps, make(configMaps, 'a', { list: [2] }, first), { fieldManager })
    await cluster.apply(configMaps, make(configMaps, 'a', { list: [3] }, second), { fieldManager })
    const { metadata, list } = (await read(cluster, configMaps, 'a'))!
    t.same(
      metadata.ownerReferences!.map(({ name }) => name),
      ['z', 'y'],
    )
    t.same(list, [3])
  })

  t.test('it creates what is not there, and a dry run writes nothing', async t => {
    const cluster = memoryCluster(options)
    await cluster.apply(configMaps, make(configMaps, 'a'), { fieldManager, dryRun: true })
    t.same(cluster.objects(), [])
    await cluster.apply(configMaps, make(configMaps, 'a'), { fieldManager })
    const next = await cluster.apply(configMaps, make(configMaps, 'a', { data: {} }), { fieldManager, dryRun: true })
    t.same(next.data, {})
    t.equal((await read(cluster, configMaps, 'a'))!.data, undefined)
  })
})
