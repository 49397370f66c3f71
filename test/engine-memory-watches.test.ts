import t from 'tap'
import type { ApiObject, WatchEvent } from '../lib/engine/cluster.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { edited, make, options, ownedBy } from './engine-memory-objects.js'
import { at } from './engine-objects.js'

const { configMaps, secrets } = RESOURCES

t.test('Watches', async t => {
  const seen = (
    list: string[],
  ): { listed: (objects: readonly ApiObject[]) => void; changed: (event: WatchEvent) => void } => ({
    listed: objects => void list.push(`list ${objects.map(({ metadata }) => metadata.name).join(' ')}`.trim()),
    changed: ({ type, object: { metadata } }) => void list.push(`${type} ${metadata.name} ${metadata.resourceVersion}`),
  })

  t.test(
    'begin with a list and go on with each write, in order, only for their kind, until they are closed',
    async t => {
      const cluster = memoryCluster(options)
      await cluster.create(secrets, make(secrets, 'a'))
      const list: string[] = []
      const close = cluster.watch(secrets, seen(list))
      const b = await cluster.create(secrets, make(secrets, 'b'))
      await cluster.create(configMaps, make(configMaps, 'c'))
      await cluster.update(secrets, edited(b, { data: {} }))
      await cluster.delete(secrets, at('b'))
      t.same(list, ['list a'], 'nothing arrives by itself')
      while (cluster.deliver());
      t.same(list, ['list a', 'ADDED b 2', 'MODIFIED b 4', 'DELETED b 5'])
      await cluster.delete(secrets, at('a'))
      close()
      t.same(cluster.pending(), [])
    },
  )

  t.test('kinds can be told out of order, events of one cannot; a lost event is made up for by a list', async t => {
    const cluster = memoryCluster(options)
    const list: string[] = []
    cluster.watch(secrets, seen(list))
    cluster.watch(configMaps, seen(list))
    for (const name of ['a', 'b']) await cluster.create(secrets, make(secrets, name))
    await cluster.create(configMaps, make(configMaps, 'c'))
    list.length = 0
    t.ok(cluster.deliver(({ resource }) => resource.kind === 'ConfigMap'))
    t.notOk(
      cluster.deliver(({ event }) => event.object.metadata.name === 'b'),
      'not before a',
    )
    t.ok(cluster.drop())
    t.ok(cluster.deliver())
    t.same(list, ['ADDED c 3', 'ADDED b 2'])
    cluster.relist()
    t.same(list.slice(2), ['list a b', 'list c'])
  })

  t.test('unless stepped, events and collection follow by themselves', async t => {
    const cluster = memoryCluster()
    const list: string[] = []
    cluster.watch(configMaps, seen(list))
    const owner = await cluster.create(secrets, make(secrets, 'a'))
    await cluster.create(configMaps, make(configMaps, 'c', {}, ownedBy(owner)))
    await cluster.delete(secrets, at('a'))
    await new Promise(setImmediate)
    t.same(list, ['list', 'ADDED c 2', 'DELETED c 4'])
    t.same(cluster.objects(), [])
  })
})
