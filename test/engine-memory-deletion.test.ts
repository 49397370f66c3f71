import t from 'tap'
import type { ApiObject, Cluster } from '../lib/engine/cluster.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { edited, make, options, ownedBy, read, SPAN } from './engine-memory-objects.js'
import { at } from './engine-objects.js'

const { configMaps, jobs, pods, services, secrets } = RESOURCES

t.test('Deletion', async t => {
  const collect = (cluster: ReturnType<typeof memoryCluster>): void => {
    while (cluster.collectGarbage());
  }
  const family = async (
    cluster: Cluster,
    { finalizers = [] as string[], blocks = true } = {},
  ): Promise<{ parent: ApiObject; job: ApiObject }> => {
    const parent = await cluster.create(services, make(services, 'parent', {}, { finalizers }))
    const job = await cluster.create(jobs, make(jobs, 'job', {}, ownedBy(parent, { blockOwnerDeletion: blocks })))
    const spec = { nodeName: 'node', terminationGracePeriodSeconds: 60 }
    await cluster.create(pods, make(pods, 'pod', { spec }, ownedBy(job)))
    return { parent, job }
  }

  t.test(
    'a finalizer holds an object; the mark of deletion is a new generation; the last finalizer lets it go',
    async t => {
      const cluster = memoryCluster(options)
      await cluster.create(services, make(services, 'a', {}, { finalizers: ['a/b'] }))
      await cluster.delete(services, at('a'))
      await cluster.delete(services, at('a'))
      const held = (await read(cluster, services, 'a'))!
      t.match(held.metadata, {
        deletionTimestamp: SPAN,
        deletionGracePeriodSeconds: 0,
        generation: 2,
        resourceVersion: '2',
      })
      await cluster.update(services, edited(held, {}, { finalizers: [] }))
      t.same(cluster.objects(), [])
    },
  )

  t.test('in the background the owner goes first, then what it owned, Pods with their grace', async t => {
    const cluster = memoryCluster(options)
    await family(cluster)
    await cluster.delete(services, at('parent'))
    t.equal(await read(cluster, services, 'parent'), undefined)
    t.ok(await read(cluster, jobs, 'job'), 'until the collector comes')
    collect(cluster)
    t.equal(await read(cluster, jobs, 'job'), undefined)
    t.match((await read(cluster, pods, 'pod'))!.metadata, { deletionTimestamp: SPAN, deletionGracePeriodSeconds: 60 })
    await cluster.delete(pods, at('pod'), { gracePeriodSeconds: 0 })
    t.same(cluster.objects(), [])
  })

  t.test('an owner that a finalizer holds keeps what it owns', async t => {
    const cluster = memoryCluster(options)
    await family(cluster, { finalizers: ['a/b'] })
    await cluster.delete(services, at('parent'))
    collect(cluster)
    t.equal((await read(cluster, jobs, 'job'))!.metadata.deletionTimestamp, undefined)
  })

  t.test('in the foreground what is owned goes first, each waiting for its own', async t => {
    const cluster = memoryCluster(options)
    await family(cluster)
    await cluster.delete(services, at('parent'), { propagation: 'Foreground' })
    collect(cluster)
    t.same((await read(cluster, services, 'parent'))!.metadata.finalizers, ['foregroundDeletion'])
    t.same((await read(cluster, jobs, 'job'))!.metadata.finalizers, ['foregroundDeletion'])
    await cluster.delete(pods, at('pod'), { gracePeriodSeconds: 0 })
    collect(cluster)
    t.same(cluster.objects(), [])
  })

  t.test('only references that block hold the owner; the rest is deleted all the same', async t => {
    const cluster = memoryCluster(options)
    await family(cluster, { blocks: false })
    await cluster.delete(services, at('parent'), { propagation: 'Foreground' })
    cluster.collectGarbage()
    t.equal(await read(cluster, services, 'parent'), undefined)
    t.ok((await read(cluster, jobs, 'job'))!.metadata.deletionTimestamp)
  })

  t.test('a Job orphans its Pods unless asked otherwise', async t => {
    const cluster = memoryCluster(options)
    await family(cluster)
    await cluster.delete(jobs, at('job'))
    collect(cluster)
    t.equal(await read(cluster, jobs, 'job'), undefined)
    const { deletionTimestamp, ownerReferences } = (await read(cluster, pods, 'pod'))!.metadata
    t.same([deletionTimestamp, ownerReferences], [undefined, undefined])
  })

  t.test('what has another owner that lives only forgets the one that went', async t => {
    const cluster = memoryCluster(options)
    const [one, two] = [
      await cluster.create(secrets, make(secrets, 'one')),
      await cluster.create(secrets, make(secrets, 'two')),
    ]
    const owners = [one, two].map(({ metadata: { name, uid = '' } }) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      name,
      uid,
    }))
    await cluster.create(configMaps, make(configMaps, 'a', {}, { ownerReferences: owners }))
    await cluster.delete(secrets, at('one'))
    collect(cluster)
    t.same((await read(cluster, configMaps, 'a'))!.metadata.ownerReferences, [owners[1]])
    await cluster.delete(secrets, at('two'))
    await cluster.create(secrets, make(secrets, 'two'))
    collect(cluster)
    t.equal(await read(cluster, configMaps, 'a'), undefined, 'a namesake of the owner is another')
  })

  t.test('a Pod that is on no node yet goes at once', async t => {
    const cluster = memoryCluster(options)
    await cluster.create(pods, make(pods, 'pod', { spec: {} }))
    await cluster.delete(pods, at('pod'))
    t.same(cluster.objects(), [])
  })
})
