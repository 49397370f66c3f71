import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import type { ApiObject } from '../lib/engine/cluster.js'
import { parseController } from '../lib/engine/composite-controller.js'
import { startEngine } from '../lib/engine/engine.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { mortalCluster } from '../lib/engine/mortal-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { manifest, world, type Call, type Script, type World } from './engine-world.js'

const { terraforms, jobs, configMaps, secrets, pods } = RESOURCES
const STRATEGIES = ['dynamic-apply', 'server-side-apply'] as const

const at = (name: string, namespace = 'n'): { name: string; namespace: string } => ({ name, namespace })
const parent = (name = 'x', spec: object = {}): ApiObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Terraform',
  metadata: at(name),
  spec,
})
const configMap = (name: string, data: object = {}, metadata: object = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...at(name), ...metadata },
  data,
})
const job = (name: string, image = 'a'): ApiObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: at(name),
  spec: { template: { image } },
})
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
const hooks = (calls: readonly Call[]): string => calls.map(({ hook }) => hook).join(' ')
const found = async (
  { cluster }: World,
  resource: Parameters<World['cluster']['get']>[0],
  name: string,
): Promise<ApiObject | undefined> => cluster.get(resource, at(name))

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

t.test('customize and related objects', async t => {
  const secret = (name: string, labels: Record<string, string>): ApiObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...at(name, 'alustan'), labels },
  })
  const byLabel: Script = ({ hook, request: { parent } }) =>
    hook === 'customize'
      ? {
          relatedResources: [
            {
              apiVersion: 'v1',
              resource: 'secrets',
              namespace: 'alustan',
              labelSelector: { matchLabels: { environment: parent.metadata.name } },
            },
          ],
        }
      : {}

  t.test(
    'it is asked once per generation: a label does not ask, a spec and a deletion do, and so do 20 minutes',
    async t => {
      const w = await world(byLabel, { controller: manifest({}, { resyncPeriodSeconds: 1_000_000 }) })
      await w.cluster.create(terraforms, parent())
      t.equal(hooks(await w.settle()), 'customize sync sync')
      const edit = async (change: object): Promise<string> => {
        const { metadata, ...rest } = (await found(w, terraforms, 'x'))!
        await w.cluster.update(terraforms, {
          ...rest,
          ...change,
          metadata: { ...metadata, ...(change as ApiObject).metadata },
        })
        return hooks(await w.settle())
      }
      t.equal(await edit({ metadata: { labels: { a: 'b' } } }), 'sync')
      t.equal(await edit({ spec: { a: 'b' } }), 'customize sync sync')
      await w.pass(20 * 60)
      t.equal(await edit({ metadata: { labels: { a: 'c' } } }), 'customize sync')
      await w.cluster.delete(terraforms, at('x'))
      t.equal(hooks(await w.settle()), 'customize finalize finalize')
    },
  )

  t.test('a change of a related object asks the parents that select it, now or before, and no other', async t => {
    const w = await world(byLabel)
    await w.cluster.create(terraforms, parent('x'))
    await w.cluster.create(terraforms, parent('y'))
    await w.settle()
    const asked = async (): Promise<string> =>
      (await w.settle()).map(({ request }) => request.parent.metadata.name).join(' ')
    const stored = await w.cluster.create(secrets, secret('s', { environment: 'x' }))
    t.equal(await asked(), 'x')
    t.same(Object.keys(w.calls.at(-1)!.request.related['Secret.v1']!), ['alustan/s'], 'of another namespace')
    const moved = await w.cluster.update(secrets, {
      ...stored,
      metadata: { ...stored.metadata, labels: { environment: 'y' } },
    })
    t.equal(await asked(), 'x y')
    await w.cluster.update(secrets, { ...moved, metadata: { ...moved.metadata, labels: { environment: 'z' } } })
    t.equal(await asked(), 'y')
    await w.cluster.delete(secrets, at('s', 'alustan'))
    t.equal(await asked(), '')
    t.same(w.calls.at(-1)!.request.related, { 'Secret.v1': {} }, 'a kind that was asked for is there, though empty')
  })

  t.test('a change of a related object is noticed too when the rules are due to be asked for again', async t => {
    const w = await world(byLabel, { controller: manifest({}, { resyncPeriodSeconds: 1_000_000 }) })
    await w.cluster.create(terraforms, parent())
    await w.settle()
    await w.pass(20 * 60)
    await w.cluster.create(secrets, secret('s', { environment: 'other' }))
    t.equal(hooks(await w.settle()), '', 'nothing is asked for the sake of a stranger')
    await w.cluster.create(secrets, secret('t', { environment: 'x' }))
    t.equal(hooks(await w.settle()), 'customize sync')
  })

  const rules: [why: string, rule: object, want: string[] | RegExp][] = [
    ['no names at all are all names, of all namespaces', { names: [] }, ['a/one', 'a/two', 'b/one']],
    ['a namespace alone is all of it', { namespace: 'a' }, ['a/one', 'a/two']],
    ['names in every namespace', { names: ['one'] }, ['a/one', 'b/one']],
    ['names in a namespace', { namespace: 'a', names: ['one', 'none'] }, ['a/one']],
    ['labels in every namespace', { labelSelector: { matchLabels: { l: '1' } } }, ['a/one', 'b/one']],
    ['labels in a namespace', { namespace: 'b', labelSelector: { matchLabels: { l: '1' } } }, ['b/one']],
    ['an empty selector is everything', { labelSelector: {} }, ['a/one', 'a/two', 'b/one']],
    [
      'In and Exists need the label',
      {
        labelSelector: {
          matchExpressions: [
            { key: 'l', operator: 'In', values: ['1', '2'] },
            { key: 'l', operator: 'Exists' },
          ],
        },
      },
      ['a/one', 'b/one'],
    ],
    [
      'NotIn and DoesNotExist do not',
      {
        labelSelector: {
          matchExpressions: [
            { key: 'l', operator: 'NotIn', values: ['1'] },
            { key: 'l', operator: 'DoesNotExist' },
          ],
        },
      },
      ['a/two'],
    ],
    [
      'an expression in a namespace that needs the label',
      { namespace: 'a', labelSelector: { matchExpressions: [{ key: 'l', operator: 'Exists' }] } },
      ['a/one'],
    ],
    [
      'an expression in a namespace that does not need it',
      { namespace: 'a', labelSelector: { matchExpressions: [{ key: 'l', operator: 'NotIn', values: ['1'] }] } },
      ['a/two'],
    ],
    ['names and labels together are refused', { names: ['one'], labelSelector: {} }, /both names and labelSelector/],
    [
      'an operator that does not exist is refused',
      { labelSelector: { matchExpressions: [{ key: 'l', operator: 'Gt' }] } },
      /'Gt' is no operator/,
    ],
    ['a kind that does not exist is refused', { resource: 'widgets' }, /no resource widgets in v1/],
    ['a field that does not exist is refused', { name: 'one' }, /Unrecognized key: "name"/],
  ]
  for (const [why, rule, want] of rules) {
    t.test(why, async t => {
      const w = await world(({ hook }) =>
        hook === 'customize' ? { relatedResources: [{ apiVersion: 'v1', resource: 'secrets', ...rule }] } : {},
      )
      for (const [namespace, name, labels] of [
        ['a', 'one', { l: '1' }],
        ['a', 'two', {}],
        ['b', 'one', { l: '1' }],
      ] as const) {
        await w.cluster.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels } })
      }
      await w.cluster.create(terraforms, parent())
      await w.settle()
      if (want instanceof RegExp) t.match(w.failures[0], want)
      else t.same(Object.keys(w.calls.at(-1)!.request.related['Secret.v1']!), want)
    })
  }
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

t.test('Manifests', async t => {
  for (const file of readdirSync('metacontroller').filter(name => name.endsWith('s.yaml'))) {
    t.test(`the engine runs metacontroller/${file}`, async t => {
      const { metadata } = parseController(parse(readFileSync(`metacontroller/${file}`, 'utf8')))
      t.equal(`${metadata.name.replace('alustan-', '')}.yaml`, file)
    })
  }
  const good = manifest({ configmaps: 'InPlace' })
  const withSpec = (spec: object): object => ({ ...good, spec: { ...(good.spec as object), ...spec } })
  const rows: [why: string, manifest: unknown, message: RegExp][] = [
    [
      'a rolling update needs ControllerRevisions',
      manifest({ jobs: 'RollingRecreate' }),
      /only OnDelete, InPlace and Recreate/,
    ],
    [
      'one half of the ETag cache crashes Metacontroller',
      manifest({}, {}, { etag: { enabled: true, cacheTimeoutSeconds: 5 } }),
      /crashes Metacontroller/,
    ],
    ['selectors of the parent are not known', withSpec({ generateSelector: false }), /generateSelector: must be true/],
    ['a field that is not known is not ignored', withSpec({ endpointConfigs: [] }), /endpointConfigs/],
    [
      'hook version v1 has other requests',
      withSpec({ hooks: { sync: { version: 'v1', webhook: { url: 'http://x' } } } }),
      /only hook version v2/,
    ],
    ['another kind', { ...good, kind: 'DecoratorController' }, /kind/],
  ]
  for (const [why, given, message] of rows) {
    t.test(`refused: ${why}`, async t => {
      t.throws(() => parseController(given), { reason: 'InvalidInput', message })
    })
  }
  t.test('refused: a kind that the cluster does not know', async t => {
    await t.rejects(
      world(() => ({}), { controller: manifest({ widgets: 'InPlace' }) }),
      { message: /no resource widgets in v1/ },
    )
  })
})
