import t from 'tap'
import { soak } from './soak/soak.js'

t.test('a short soak: whatever was disturbed, at its end every resource is as its inputs call for', async t => {
  const { stuck, disturbances, requests } = await soak({ hours: 0.03, resources: 20, seed: 7 })
  t.same(stuck, [])
  t.ok(disturbances.size > 8, 'many kinds of disturbances')
  t.ok(requests.registry < 3, `${requests.registry} registry requests for each that the interval calls for`)
})
