import t from 'tap'
import type { ApiObject } from '../lib/engine/cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { at, configMap, job, parent } from './engine-objects.js'
import { found, hooks, manifest, type Script, world } from './engine-world.js'

const { terraforms, jobs, configMaps } = RESOURCES

const STRATEGIES = ['dynamic-apply', 'server-side-apply'] as const

t.test('Children', async t => {
  for (const applyStrategy of STRATEGIES) {
    t.test(`under ${applyStrategy}`, async t => {
      t.test('OnDelete: another template changes nothing, without failure or loop', async t => {
        let image = 'a'
        const w = await world(({ hook }) => (hook === 'sync' ? { children: [job('deploy', image)] } : {}), {
          applyStrategy,
        })
        await w.cluster.create(terraforms, parent())
        await w.settle()
        const before = await found(w, jobs, 'deploy')
        image = 'b'
        await w.cluster.update(terraforms, { ...(await found(w, terraforms, 'x'))!, spec: { image } })
        t.equal(hooks(await w.settle()).match(/sync/g)!.length, 2, 'once for the spec, once for observedGeneration')
        t.same(await found(w, jobs, 'deploy'), before)
        t.same(w.failures, [])
      })

      t.test('Recreate: another state is deleted now and created when that is seen', async t => {
        let text = 'a'
        const script: Script = ({ hook }) => (hook === 'sync' ? { children: [configMap('c', { text })] } : {})
        const w = await world(script, { applyStrategy, controller: manifest({ configmaps: 'Recreate' }) })
        await w.cluster.create(terraforms, parent())
        await w.settle()
        const before = (await found(w, configMaps, 'c'))!
        text = 'b'
        await w.pass(1800)
        const after = (await found(w, configMaps, 'c'))!
        t.not(after.metadata.uid, before.metadata.uid)
        t.same(after.data, { text: 'b' })
      })

      t.test('InPlace: fields that are wanted no more go, fields of others stay', async t => {
        let data: object = { a: '1', b: '2' }
        const w = await world(({ hook }) => (hook === 'sync' ? { children: [configMap('c', data)] } : {}), {
          applyStrategy,
        })
        await w.cluster.create(terraforms, parent())
        await w.settle()
        const child = (await found(w, configMaps, 'c'))!
        await w.cluster.update(configMaps, { ...child, data: { ...(child.data as object), theirs: '3' } })
        data = { a: '1' }
        await w.pass(1800)
        t.same((await found(w, configMaps, 'c'))!.data, { a: '1', theirs: '3' })
      })

      t.test('one that the API server refuses stops neither the others nor the status, and is retried', async t => {
        const admit = ({ metadata: { name } }: ApiObject): void => {
          if (name === 'bad') throw new Error('refused')
        }
        const script: Script = ({ hook }) =>
          hook === 'sync' ? { status: { ok: true }, children: [configMap('bad'), configMap('good')] } : {}
        const w = await world(script, { applyStrategy, admit })
        await w.cluster.create(terraforms, parent())
        await w.pass(3)
        t.ok(await found(w, configMaps, 'good'))
        t.match((await found(w, terraforms, 'x'))!.status, { ok: true })
        t.match(w.failures[0], /can't reconcile children: ConfigMap 'n\/bad': refused/)
        t.equal(w.failures.length, 10, 'at 0, 5, 15, 35 … 2555 ms')
      })
    })
  }

  t.test('dynamic-apply says nothing at all when a name is taken', async t => {
    for (const isOwned of [false, true]) {
      const w = await world(({ hook }) =>
        hook === 'sync' ? { status: { ok: true }, children: [configMap('c', { ours: 'yes' })] } : {},
      )
      const { uid = '' } = (await w.cluster.create(jobs, job('y'))).metadata
      const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'y', uid, controller: true }]
      await w.cluster.create(configMaps, configMap('c', { theirs: 'yes' }, isOwned ? { ownerReferences } : {}))
      const before = await found(w, configMaps, 'c')
      await w.cluster.create(terraforms, parent())
      t.equal(hooks(await w.settle()), 'customize sync sync')
      t.same(await found(w, configMaps, 'c'), before)
      t.same(w.failures, [])
      t.same(w.calls.at(-1)!.request.children['ConfigMap.v1'], {})
      await w.cluster.delete(configMaps, at('c'))
      t.equal(hooks(await w.settle()), '', 'and its removal calls nobody')
    }
  })

  t.test('server-side-apply takes over what has the name: of a user, then of another parent', async t => {
    const script: Script = ({ hook, request: { parent } }) =>
      hook === 'sync'
        ? { children: [configMap('c', { shared: parent.metadata.name })] }
        : hook === 'finalize'
          ? { finalized: true }
          : {}
    const w = await world(script, { applyStrategy: 'server-side-apply' })
    await w.cluster.create(configMaps, configMap('c', { shared: 'theirs', mine: 'kept' }))
    await w.cluster.create(terraforms, parent('x'))
    await w.settle()
    t.same((await found(w, configMaps, 'c'))!.data, { shared: 'x', mine: 'kept' })
    await w.cluster.create(terraforms, parent('y'))
    await w.settle()
    const owners = (await found(w, configMaps, 'c'))!.metadata.ownerReferences!
    t.same(
      owners.map(({ name }) => name),
      ['y'],
      'the reference of the first is replaced',
    )
    await w.cluster.delete(terraforms, at('y'))
    await w.settle()
    t.equal(await found(w, configMaps, 'c'), undefined, "and the user's object goes with the parent")
    t.same(w.failures, [])
  })

  t.test('the guard that works under both: a related rule by name shows what holds it, and when it goes', async t => {
    for (const applyStrategy of STRATEGIES) {
      const script: Script = ({ hook, request: { related, parent } }) => {
        if (hook === 'customize')
          return { relatedResources: [{ apiVersion: 'v1', resource: 'configmaps', namespace: 'n', names: ['c'] }] }
        const taken = related['ConfigMap.v1']!['n/c']
        const isOurs =
          taken === undefined || (taken.metadata.ownerReferences ?? []).some(({ uid }) => uid === parent.metadata.uid)
        return { status: { conflict: !isOurs }, children: isOurs ? [configMap('c', { ours: 'yes' })] : [] }
      }
      const w = await world(script, { applyStrategy })
      await w.cluster.create(configMaps, configMap('c', { theirs: 'yes' }))
      await w.cluster.create(terraforms, parent())
      await w.settle()
      t.match((await found(w, terraforms, 'x'))!.status, { conflict: true })
      await w.cluster.delete(configMaps, at('c'))
      await w.settle()
      t.same((await found(w, configMaps, 'c'))!.data, { ours: 'yes' })
      t.same(await w.pass(60), [], 'then quiet')
    }
  })

  t.test('dynamic-apply keeps the child in an annotation, and fails over 256 KiB', async t => {
    const script: Script = ({ hook }) =>
      hook === 'sync' ? { children: [configMap('c', { text: 'x'.repeat(256 * 1024) })] } : {}
    for (const applyStrategy of STRATEGIES) {
      const w = await world(script, { applyStrategy })
      await w.cluster.create(terraforms, parent())
      await w.settle()
      if (applyStrategy === 'dynamic-apply') t.match(w.failures[0], /metadata.annotations: Too long/)
      else t.same(w.failures, [])
    }
  })

  t.test('dynamic-apply writes its annotation anew when somebody else wrote the same in other words', async t => {
    const w = await world(({ hook }) => (hook === 'sync' ? { children: [configMap('c', { b: '<', a: '1' })] } : {}))
    await w.cluster.create(terraforms, parent())
    await w.settle()
    const child = (await found(w, configMaps, 'c'))!
    const { annotations = {} } = child.metadata
    const [[key, text] = ['', '']] = Object.entries(annotations)
    t.match(text, '"data":{"a":"1","b":"\\u003c"}')
    const other = { [key]: JSON.stringify(JSON.parse(text)) }
    await w.cluster.update(configMaps, { ...child, metadata: { ...child.metadata, annotations: other } })
    await w.settle()
    t.same((await found(w, configMaps, 'c'))!.metadata.annotations, annotations)
  })

  t.test('a child that lost its owner is adopted, one that lost its label is let go', async t => {
    const w = await world(({ hook }) => (hook === 'sync' ? { children: [configMap('c')] } : {}))
    await w.cluster.create(terraforms, parent())
    await w.settle()
    const child = (await found(w, configMaps, 'c'))!
    await w.cluster.update(configMaps, { ...child, metadata: { ...child.metadata, ownerReferences: [] } })
    await w.settle()
    const adopted = (await found(w, configMaps, 'c'))!
    t.match(adopted.metadata.ownerReferences, [{ name: 'x', controller: true, blockOwnerDeletion: true }])
    await w.cluster.update(configMaps, { ...adopted, metadata: { ...adopted.metadata, labels: {} } })
    await w.settle()
    t.equal((await found(w, configMaps, 'c'))!.metadata.ownerReferences, undefined)
  })
})
