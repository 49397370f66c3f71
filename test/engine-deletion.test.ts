import t from 'tap'
import type { ApiObject } from '../lib/engine/cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { at, configMap, job, parent } from './engine-objects.js'
import { found, hooks, manifest, type Script, world } from './engine-world.js'

const { terraforms, jobs, pods } = RESOURCES

const podOf = (owner: ApiObject): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...at(`${owner.metadata.name}-pod`),
    ownerReferences: [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        ...at(owner.metadata.name),
        uid: owner.metadata.uid!,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  },
  spec: { nodeName: 'node', terminationGracePeriodSeconds: 600 },
})

t.test('Deletion', async t => {
  const destroying: Script = ({ hook, request: { parent, children } }) => {
    if (hook === 'customize') return {}
    if (hook === 'sync') return { status: { image: 'a:1' }, children: [job('deploy')] }
    if (parent.metadata.finalizers!.includes('foregroundDeletion'))
      return { finalized: false, resyncAfterSeconds: 2, children: [job('destroy')] }
    const destroy = children['Job.batch/v1']!['n/destroy']
    return { status: { image: 'last' }, children: [job('destroy')], finalized: destroy?.status !== undefined }
  }

  t.test(
    'in the foreground finalize is asked while the collector deletes, and creates nothing until it is done',
    async t => {
      const w = await world(destroying)
      await w.cluster.create(terraforms, parent())
      await w.settle()
      const deploy = (await found(w, jobs, 'deploy'))!
      await w.cluster.create(pods, podOf(deploy))
      await w.settle()
      await w.cluster.delete(terraforms, at('x'), { propagation: 'Foreground' })
      const calls = await w.settle()
      t.ok(calls.length > 1 && calls.every(({ hook }) => hook !== 'sync'))
      const { children } = calls.at(-1)!.request
      t.ok(
        children['Job.batch/v1']!['n/deploy']!.metadata.deletionTimestamp,
        'a Job that is being deleted is still a child',
      )
      t.ok((await found(w, pods, 'deploy-pod'))!.metadata.deletionTimestamp, 'its Pod was told to end')
      t.equal(await found(w, jobs, 'destroy'), undefined)
      t.equal(hooks(await w.pass(4)), 'finalize finalize', 'asked again as it wished')
      await w.cluster.delete(pods, at('deploy-pod'), { gracePeriodSeconds: 0 })
      const after = await w.settle()
      t.ok(after.some(({ request }) => Object.keys(request.children['Job.batch/v1']!).length === 0))
      t.ok(await found(w, jobs, 'destroy'), 'created when the collector has let go')
      t.equal(((await found(w, terraforms, 'x'))!.status as { image: string }).image, 'last')
    },
  )

  t.test('owner references that do not block let the parent go on at once, but save no child', async t => {
    const owners = ({ metadata: { name, uid } }: ApiObject): object[] => [
      { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', name, uid, controller: true, blockOwnerDeletion: false },
    ]
    const w = await world(({ hook, request: { parent } }) => {
      if (hook === 'customize') return {}
      if (hook === 'finalize') return { finalized: false, children: [job('deploy')] }
      const { metadata, ...rest } = job('deploy')
      return { children: [{ ...rest, metadata: { ...metadata, ownerReferences: owners(parent) } }] }
    })
    await w.cluster.create(terraforms, parent())
    await w.settle()
    await w.cluster.create(pods, podOf((await found(w, jobs, 'deploy'))!))
    await w.cluster.delete(terraforms, at('x'), { propagation: 'Foreground' })
    await w.settle()
    t.notOk((await found(w, terraforms, 'x'))!.metadata.finalizers!.includes('foregroundDeletion'))
    t.ok((await found(w, jobs, 'deploy'))!.metadata.deletionTimestamp)
  })

  t.test(
    'in the background finalize is asked with every event of a child, and its last status is never written',
    async t => {
      const w = await world(destroying)
      await w.cluster.create(terraforms, parent())
      await w.settle()
      await w.cluster.delete(terraforms, at('x'))
      t.notMatch(hooks(await w.settle()), /sync/)
      t.equal(await found(w, jobs, 'deploy'), undefined, 'a child left out of a finalize answer is deleted')
      const statuses: unknown[] = []
      w.cluster.watch(terraforms, { listed: () => undefined, changed: ({ object }) => statuses.push(object.status) })
      const destroy = (await found(w, jobs, 'destroy'))!
      await w.cluster.updateStatus(jobs, { ...destroy, status: { succeeded: 1 } })
      t.equal(hooks(await w.settle()), 'finalize')
      t.same(w.cluster.objects(), [], 'parent and children are gone')
      t.equal(statuses.length, 1, 'gone without a last status')
    },
  )

  t.test('a Job left out is gone at once while its Pod lives on unseen', async t => {
    let wanted = [job('deploy')]
    const w = await world(({ hook }) => (hook === 'sync' ? { children: wanted } : {}))
    await w.cluster.create(terraforms, parent())
    await w.settle()
    await w.cluster.create(pods, podOf((await found(w, jobs, 'deploy'))!))
    wanted = []
    await w.pass(1800)
    t.equal(await found(w, jobs, 'deploy'), undefined)
    t.equal((await found(w, pods, 'deploy-pod'))!.metadata.deletionGracePeriodSeconds, 600)
    t.same(w.calls.at(-1)!.request.children['Job.batch/v1'], {})
  })

  t.test('without a finalize hook there is no finalizer and no last call', async t => {
    const { spec, ...rest } = manifest({ configmaps: 'InPlace' })
    const { sync } = (spec as { hooks: { sync: object } }).hooks
    const w = await world(() => ({ children: [configMap('a')] }), {
      controller: { ...rest, spec: { ...(spec as object), hooks: { sync } } },
    })
    await w.cluster.create(terraforms, parent())
    await w.settle()
    t.equal((await found(w, terraforms, 'x'))!.metadata.finalizers, undefined)
    await w.cluster.delete(terraforms, at('x'))
    t.same(await w.settle(), [])
    t.same(w.cluster.objects(), [])
  })
})
