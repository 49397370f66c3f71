import t from 'tap'
import type { ApiObject } from '../lib/engine/cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { at, configMap, parent } from './engine-objects.js'
import { type Call, found, hooks, manifest, type Script, world, type World } from './engine-world.js'

const { terraforms, configMaps } = RESOURCES

t.test('A webhook with authorization shows what its Secret holds, on every call', async t => {
  const secretRef = { name: 'hooks', namespace: 'n', key: 'token' }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: at('hooks'), data: { token: btoa('abc\n') } }
  const start = async (...objects: ApiObject[]) => {
    const script: Script = ({ hook }) => (hook === 'customize' ? {} : { status: {}, children: [] })
    const view = (cluster: World['cluster']) => ({
      ...cluster,
      get: async (...[resource, name]: Parameters<World['cluster']['get']>) =>
        objects.find(({ metadata }) => metadata.name === name.name) ?? cluster.get(resource, name),
    })
    return world(script, { controller: manifest({}, {}, { authorization: { secretRef } }), view })
  }
  const authorized = await start(secret)
  await authorized.cluster.create(terraforms, parent())
  const calls = await authorized.settle()
  t.match(hooks(calls), /customize.*sync/)
  for (const { headers } of calls) t.equal(headers.authorization, 'Bearer abc')
  await t.rejects(start(), /can't get authorization secret n\/hooks/)
  await t.rejects(start({ ...secret, data: {} }), /does not contain key token/)
})

t.test('Answers are read strictly', async t => {
  const rows: [why: string, answer: object | { http: object }, failure: RegExp][] = [
    ['an unknown field is refused whole', { status: {}, conditions: [] }, /Unrecognized key: "conditions"/],
    ['another success is none', { http: { status: 204, body: '' } }, /unsupported status code: 204/],
    ['a 304 that nobody asked for', { http: { status: 304, body: '' } }, /unsupported status code: 304/],
    ['the body of a failure is in the Event', { http: { status: 500, body: 'out of luck' } }, /500 body: out of luck/],
    ['no JSON', { http: { body: '<html>' } }, /the answer is no JSON/],
    ['a child without kind', { children: [{ apiVersion: 'v1', metadata: { name: 'a' } }] }, /children.0.kind/],
    ['a wrong type', { resyncAfterSeconds: '5' }, /resyncAfterSeconds/],
    [
      'a kind that the cluster does not know',
      { children: [{ ...configMap('a'), kind: 'Widget' }] },
      /no kind Widget in v1/,
    ],
    [
      "a label that makes it another's",
      { children: [configMap('a', {}, { labels: { 'controller-uid': 'other' } })] },
      /don't match the parent's selector/,
    ],
  ]
  for (const [why, answer, failure] of rows) {
    t.test(why, async t => {
      const w = await world(({ hook }) => (hook === 'sync' ? answer : {}))
      await w.cluster.create(terraforms, parent())
      await w.settle()
      t.match(w.failures[0], failure)
      t.same(await w.cluster.list(configMaps), [])
    })
  }
  t.test('an empty object is an answer: no children, an empty status', async t => {
    const w = await world(() => ({}))
    await w.cluster.create(terraforms, parent())
    await w.settle()
    t.same((await found(w, terraforms, 'x'))!.status, { observedGeneration: 1 })
  })
})

t.test('ETag', async t => {
  const controller = manifest(
    { configmaps: 'InPlace' },
    {},
    { etag: { enabled: true, cacheTimeoutSeconds: 3600, cacheCleanupSeconds: 60 } },
  )
  const tagged = (body: object, tag: string, { headers }: Call): { http: object } =>
    headers['if-none-match'] === tag
      ? { http: { status: 304, body: '' } }
      : { http: { headers: { etag: tag }, body: JSON.stringify(body) } }

  t.test('304 is the last answer: a child deleted or edited by hand comes back', async t => {
    const w = await world(
      call => (call.hook === 'sync' ? tagged({ children: [configMap('c', { a: '1' })] }, '"1"', call) : {}),
      { controller },
    )
    await w.cluster.create(terraforms, parent())
    await w.settle()
    t.equal(w.calls.at(-1)!.headers['if-none-match'], '"1"')
    await w.cluster.delete(configMaps, at('c'))
    await w.settle()
    const child = (await found(w, configMaps, 'c'))!
    await w.cluster.update(configMaps, { ...child, data: { a: '2' } })
    await w.settle()
    t.same((await found(w, configMaps, 'c'))!.data, { a: '1' })
    await w.pass(3601)
    t.equal(w.calls.at(-1)!.headers['if-none-match'], undefined, 'kept for cacheTimeoutSeconds')
  })

  t.test('a wrong 304 keeps the old child and looks done: observedGeneration is the new one', async t => {
    const script: Script = call =>
      call.hook === 'sync'
        ? tagged({ children: [configMap('c', call.request.parent.spec as object)] }, '"same"', call)
        : call.hook === 'finalize'
          ? { finalized: true }
          : {}
    const w = await world(script, { controller })
    await w.cluster.create(terraforms, parent('x', { a: 'old' }))
    await w.settle()
    await w.cluster.update(terraforms, { ...(await found(w, terraforms, 'x'))!, spec: { a: 'new' } })
    await w.settle()
    t.same((await found(w, configMaps, 'c'))!.data, { a: 'old' })
    t.same((await found(w, terraforms, 'x'))!.status, { observedGeneration: 2 })
    await w.cluster.delete(terraforms, at('x'))
    await w.settle()
    await w.cluster.create(terraforms, parent('x', { a: 'newest' }))
    const [first] = (await w.settle()).filter(({ hook }) => hook === 'sync')
    t.equal(first!.headers['if-none-match'], '"same"', 'one made anew under the name still sends the old tag')
    t.same((await found(w, configMaps, 'c'))!.data, { a: 'old' })
  })
})
