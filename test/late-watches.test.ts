import t from 'tap'
import { RESOURCES } from '../lib/engine/resources.js'
import { service, terraform } from './faults/manifests.js'
import { inWorld } from './faults/world.js'
import { unreliableCluster, type UnreliableCluster } from './soak/unreliable-cluster.js'

t.test('while watches lag by seconds a change is told and then all is at rest', async t => {
  let view: UnreliableCluster | undefined
  await inWorld(
    { view: (cluster, timers) => (view = unreliableCluster(cluster, timers)), clocks: [0, 0] },
    async world => {
      await world.apply(service('api'), terraform('vpc'))
      await world.pass(60)
      view!.delay(3000, 600)
      for (const resource of [RESOURCES.services, RESOURCES.terraforms]) {
        const name = resource.kind === 'Service' ? 'api' : 'vpc'
        for (let edit = 0; edit < 4; edit++) {
          await world.edit(resource, name, ({ spec }) => {
            if (resource.kind === 'Service') spec.source.values.edit = edit
            else spec.variables.TF_VAR_region = `region ${edit}`
          })
          await world.pass(1)
        }
      }
      await world.pass(120)
      const versions = () => JSON.stringify(world.cluster.objects().map(({ metadata }) => metadata.resourceVersion))
      const atRest = versions()
      await world.pass(120)
      t.equal(versions(), atRest)
      t.match((await world.get(RESOURCES.services, 'api')).status, { state: 'Completed' })
      t.match((await world.get(RESOURCES.terraforms, 'vpc')).status, { state: 'Completed' })
      return ''
    },
  )
})
