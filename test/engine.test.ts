import t from 'tap'
import { startEngine } from '../lib/engine/engine.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { virtualTimers } from '../lib/engine/timers.js'

const manifest = {
  apiVersion: 'metacontroller.k8s.io/v1alpha1',
  kind: 'CompositeController',
  metadata: { name: 'alustan-terraforms' },
  spec: {
    generateSelector: true,
    parentResource: { apiVersion: 'alustan.io/v1alpha1', resource: 'terraforms' },
    childResources: [
      { apiVersion: 'batch/v1', resource: 'jobs', updateStrategy: { method: 'OnDelete' } },
      { apiVersion: 'v1', resource: 'configmaps', updateStrategy: { method: 'InPlace' } },
    ],
    hooks: Object.fromEntries(
      ['sync', 'finalize', 'customize'].map(name => [name, { version: 'v2', webhook: { url: `http://x/${name}` } }]),
    ),
  },
}
t.test('smoke', async t => {
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now, stepped: true })
  const calls: string[] = []
  const engine = await startEngine({
    cluster,
    controllers: [manifest],
    timers,
    workers: 0,
    onFailure: f => console.log(f),
    callHook: async (url, body) => {
      calls.push(url + ' ' + body)
      const answer = url.endsWith('customize')
        ? { relatedResources: [] }
        : {
            status: { a: 1 },
            children: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: {} }],
            ...(url.endsWith('finalize') && { finalized: true }),
          }
      return { status: 200, headers: {}, body: JSON.stringify(answer) }
    },
  })
  const settle = async () => {
    for (;;) {
      if (await engine.syncNext()) continue
      if (cluster.deliver() || cluster.collectGarbage()) continue
      if (engine.isIdle()) break
      await new Promise(setImmediate)
    }
  }
  await cluster.create(RESOURCES.terraforms, {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Terraform',
    metadata: { name: 'x', namespace: 'n' },
    spec: {},
  })
  await settle()
  console.log(JSON.stringify(cluster.objects(), null, 1), calls)
  await cluster.delete(RESOURCES.terraforms, { name: 'x', namespace: 'n' })
  await settle()
  t.same(cluster.objects(), [])
  engine.stop()
})
