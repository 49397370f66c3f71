import assert from 'node:assert/strict'
import { RESOURCES } from '../../lib/engine/resources.js'
import type { Fault } from './fault.js'
import { condition, terraformStatus } from './look.js'
import { terraform } from './manifests.js'
import { inWorld } from './world.js'

const { terraforms } = RESOURCES

/** Reports of postDeploy that are no good, 21 to 23. */
export const outputFaults: readonly Fault[] = [
  {
    number: 21,
    fault: 'postDeploy prints garbage, NaN, something bottomless or __proto__',
    right: 'the deploy stands, OutputsValid=False, the older outputs stay',
    play: async () => {
      const logs = ['Apply complete!', '{"outputs":{"a":NaN}}', `{"outputs":${'{"a":'.repeat(99)}1${'}'.repeat(99)}}`]
      const faults: string[] = []
      for (const log of logs) faults.push(await refused(log))
      const clean = await reported('{"outputs":{"__proto__":{"polluted":1},"id":"new"}}')
      assert.deepEqual([clean.valid.slice(0, 4), clean.outputs], ['True', '{"id":"new"}'])
      assert.equal(({} as any).polluted, undefined)
      return `the deploy stands each time and {"id":"old"} stays: ${faults.join('; ')}; __proto__ is left out`
    },
  },
  {
    number: 22,
    fault: 'postDeploy prints a huge report',
    right: 'a hard cap, nothing cut in silence',
    play: async () => {
      const said = await refused(`{"outputs":{"a":"${'x'.repeat(300 * 1024)}"}}`)
      assert.match(said, /more than the \d+ that are kept/)
      return said
    },
  },
  {
    number: 23,
    fault: 'postDeploy prints secrets',
    right: 'what is marked as sensitive is in no status, log, Event or object',
    play: () => {
      const canary = 'canary-out-93d0'
      const log = `${canary}\n{"outputs":{"id":"new","password":{"value":"${canary}","sensitive":true},"deep":{"b":[{"value":"${canary}","sensitive":true}]}}}`
      return inWorld({ script: () => ({ milliseconds: 1000, exitCode: 0, log }) }, async world => {
        await world.apply(terraform('vpc'))
        await world.pass(60)
        const { postDeployOutput } = await terraformStatus(world)
        assert.deepEqual(postDeployOutput, { deep: { b: [] }, id: 'new' })
        const texts = JSON.stringify([world.logs, world.events, world.calls, world.cluster.objects()])
        assert.ok(!texts.includes(canary))
        return `outputs ${JSON.stringify(postDeployOutput)}; the canary is nowhere`
      })
    },
  },
]

/** Deploys with good outputs, then again with a log that is no good: the older outputs stay; what is wrong with it. */
async function refused(log: string): Promise<string> {
  const { state, valid, outputs } = await reported(log)
  assert.deepEqual([state, outputs], ['Success', '{"id":"old"}'])
  assert.match(valid, /^False \w+: /)
  return valid.replace(/^False \w+: /, '')
}

/** What the status says after a deploy with good outputs and then one with this log. */
async function reported(log: string): Promise<{ state: string; valid: string; outputs: string }> {
  let printed = '{"outputs":{"id":"old"}}'
  const seen = { state: '', valid: '', outputs: '' }
  await inWorld({ script: () => ({ milliseconds: 1000, exitCode: 0, log: printed }) }, async world => {
    await world.apply(terraform('vpc'))
    await world.pass(60)
    printed = log
    await world.edit(terraforms, 'vpc', ({ spec }) => (spec.variables.TF_VAR_region = 'two'))
    await world.pass(60)
    const status = await terraformStatus(world)
    seen.state = status.state
    seen.valid = condition(status, 'OutputsValid')
    seen.outputs = JSON.stringify(status.postDeployOutput)
    return ''
  })
  return seen
}
