import t from 'tap'
import type { ApiObject } from '../lib/engine/cluster.js'
import { startEngine } from '../lib/engine/engine.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { mortalCluster } from '../lib/engine/mortal-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { at, configMap, parent } from './engine-objects.js'
import { type Call, found, manifest, type Script, world } from './engine-world.js'

const { terraforms, configMaps } = RESOURCES

t.test('When a hook is asked again', async t => {
  const retryAfter: [why: string, header: string | undefined, pauseMilliseconds: number][] = [
    ['absent', undefined, 0],
    ['zero', '0', 0],
    ['a word', 'soon', 0],
    ['a fraction', '1.5', 0],
    ['a negative number', '-1', 0],
    ['a whole number is obeyed', '1', 1000],
    ['a date is obeyed', 'Thu, 01 Jan 2026 00:00:03 GMT', 3000],
  ]
  for (const [why, header, pauseMilliseconds] of retryAfter) {
    t.test(`429 with Retry-After: ${why}`, async t => {
      const w = await world(({ hook }) =>
        hook === 'sync' ? { http: { status: 429, headers: { 'retry-after': header } } } : {},
      )
      await w.cluster.create(terraforms, parent())
      await w.settle()
      const { at } = w.calls.at(-1)!
      const again = await w.pass(pauseMilliseconds / 1000, 100)
      t.equal(again[0]!.at - at, pauseMilliseconds)
      if (pauseMilliseconds === 0) t.ok(again.length >= 100 && again.every(call => call.at === at), 'a hot loop')
      t.same(w.failures, [], 'no Event')
    })
  }

  t.test('a failure is retried after 5 ms · 2ⁿ, at most 1000 s, and forgotten by a success', async t => {
    let isDown = true
    const w = await world(({ hook }) => (hook === 'sync' ? (isDown ? { http: { status: 500 } } : {}) : {}), {
      controller: manifest({}, { resyncPeriodSeconds: 1_000_000 }),
    })
    await w.cluster.create(terraforms, parent())
    await w.settle()
    w.calls.length = 0
    await w.pass(4000)
    const syncs = w.calls.filter(({ hook }) => hook === 'sync')
    const times = syncs.map(({ at }) => at - syncs[0]!.at)
    // The write of the finalizer asked a second time at once: of the two pauses the shorter counts.
    t.same(times.slice(0, 6), [0, 20, 60, 140, 300, 620])
    t.equal(times.at(-1)! - times.at(-2)!, 1_000_000)
    isDown = false
    await w.pass(1000)
    isDown = true
    w.calls.length = 0
    await w.cluster.update(terraforms, { ...(await found(w, terraforms, 'x'))!, spec: { edited: true } })
    await w.pass(0.1)
    const again = w.calls.filter(({ hook }) => hook === 'sync').map(({ at }) => at)
    t.equal(again[1]! - again[0]!, 5)
  })

  t.test('a stable answer is quiet; resyncAfterSeconds counts from the answer', async t => {
    for (const [seconds, calls] of [
      [0, 0],
      [300, 0],
      [5, 12],
    ] as const) {
      const w = await world(({ hook }) => (hook === 'sync' ? { status: { a: 1 }, resyncAfterSeconds: seconds } : {}))
      await w.cluster.create(terraforms, parent())
      await w.settle()
      const { resourceVersion } = (await found(w, terraforms, 'x'))!.metadata
      t.equal((await w.pass(60)).length, calls)
      t.equal((await found(w, terraforms, 'x'))!.metadata.resourceVersion, resourceVersion)
    }
  })

  t.test('a status that changes with every call is asked for without end', async t => {
    let count = 0
    const w = await world(({ hook }) => (hook === 'sync' ? { status: { count: ++count } } : {}))
    await w.cluster.create(terraforms, parent())
    t.equal((await w.settle(50)).filter(({ hook }) => hook === 'sync').length, 50)
  })

  t.test('a hook that does not answer within its timeout fails', async t => {
    const w = await world(({ hook }) => (hook === 'sync' ? undefined : {}))
    await w.cluster.create(terraforms, parent())
    while (w.cluster.deliver());
    const round = w.engine.syncNext()
    while (w.calls.length < 2) await Promise.resolve()
    t.notOk(w.engine.isIdle(), 'a worker is held')
    w.timers.advance(9999)
    t.same(w.failures, [])
    w.timers.advance(1)
    await round
    t.match(w.failures, ['http error: no answer within 10 s'])
  })

  t.test('all parents are asked again every resyncPeriodSeconds', async t => {
    const w = await world(() => ({}), { controller: manifest({}, { resyncPeriodSeconds: 600 }) })
    await w.cluster.create(terraforms, parent())
    await w.settle()
    t.equal((await w.pass(3000)).filter(({ hook }) => hook === 'sync').length, 5)
  })
})

t.test('Faults', async t => {
  const script: Script = ({ hook, request: { parent } }) =>
    hook === 'sync'
      ? { status: { seen: parent.spec }, children: [configMap('c', parent.spec as object)] }
      : hook === 'finalize'
        ? { finalized: true }
        : {}

  t.test('a lost event is made up for by the next list', async t => {
    const w = await world(script)
    await w.cluster.create(terraforms, parent('x', { a: '1' }))
    t.ok(w.cluster.drop())
    t.same(await w.settle(), [])
    w.cluster.relist()
    await w.settle()
    t.same((await found(w, configMaps, 'c'))!.data, { a: '1' })
    await w.cluster.delete(configMaps, at('c'))
    w.cluster.drop()
    w.cluster.relist()
    await w.settle()
    t.ok(await found(w, configMaps, 'c'))
  })

  t.test('an engine that dies after any write is followed by one that comes to the same end', async t => {
    const end = async (diesAfterWrites: number): Promise<{ objects: ApiObject[]; writes: number }> => {
      const w = await world(script, { view: cluster => mortalCluster(cluster, diesAfterWrites) })
      await w.cluster.create(terraforms, parent('x', { a: '1' }))
      await w.settle()
      w.engine.stop()
      const view = mortalCluster(w.cluster)
      const next = await startEngine({
        cluster: view,
        controllers: [manifest({ configmaps: 'InPlace' })],
        timers: w.timers,
        workers: 0,
        callHook: async (url, request) => {
          const call = {
            hook: new URL(url).pathname.slice(1),
            request: request as Call['request'],
            headers: {},
            at: 0,
          }
          return { status: 200, headers: {}, body: JSON.stringify(call.hook === 'customize' ? {} : script(call)) }
        },
      })
      while ((await next.syncNext()) || w.cluster.deliver() || w.cluster.collectGarbage());
      const objects = w.cluster
        .objects()
        .map(object => ({ ...object, metadata: { ...object.metadata, resourceVersion: '' } }))
      return { objects, writes: view.writes() }
    }
    const { objects, writes } = await end(Infinity)
    t.equal(writes, 0)
    for (const dies of [1, 2, 3]) t.same(await end(dies), { objects, writes: 3 - dies })
  })

  t.test('with workers it runs by itself, and stops', async t => {
    const cluster = memoryCluster()
    const engine = await startEngine({
      cluster,
      controllers: [manifest({ configmaps: 'InPlace' })],
      callHook: async url => ({
        status: 200,
        headers: {},
        body: url.endsWith('sync') ? JSON.stringify({ children: [configMap('c')] }) : '{}',
      }),
    })
    const rest = async (): Promise<void> => {
      do await new Promise(setImmediate)
      while (!engine.isIdle())
    }
    await cluster.create(terraforms, parent())
    await rest()
    t.ok(await cluster.get(configMaps, at('c')))
    engine.stop()
    await cluster.delete(configMaps, at('c'))
    await rest()
    t.equal(await cluster.get(configMaps, at('c')), undefined)
  })
})
