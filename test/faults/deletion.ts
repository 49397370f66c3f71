import assert from 'node:assert/strict'
import type { ScriptRun } from '../../lib/cli/job-stand-in.js'
import type { ApiObject } from '../../lib/engine/cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import type { Fault } from './fault.js'
import { deployed, jobsOf, terraformStatus } from './look.js'
import { IMAGE, NAMESPACE, terraform } from './manifests.js'
import { type FaultWorld, inWorld } from './world.js'

const { terraforms, jobs } = RESOURCES
const VPC = { name: 'vpc', namespace: NAMESPACE }

/** Each run takes ten minutes. */
const slowly = (): ScriptRun => ({ milliseconds: 600_000, exitCode: 0, log: '{"outputs":{}}' })

/** Notes each Job as it is made, and each that is deleted, with the time in seconds. */
function witness({ cluster, timers }: FaultWorld): string[] {
  const seen: string[] = []
  const began = timers.now()
  cluster.watch(jobs, {
    listed: () => undefined,
    changed: ({ type, object: { metadata } }) => {
      const step = metadata.labels?.['alustan.io/step'] ?? ''
      if (type !== 'MODIFIED') seen.push(`${Math.round((timers.now() - began) / 1000)} ${type} ${step}`)
    },
  })
  return seen
}

/** Edits and deletions in the middle of a run, 24 to 27. */
export const deletionFaults: readonly Fault[] = [
  {
    number: 24,
    fault: 'a Terraform is edited while its run goes on',
    right: 'the run ends first, then the new inputs are run',
    play: () =>
      inWorld({ script: slowly }, async world => {
        await world.apply(terraform('vpc', { postDeploy: undefined }))
        const seen = witness(world)
        await world.pass(60)
        await world.edit(terraforms, 'vpc', ({ spec }) => (spec.variables.TF_VAR_region = 'two'))
        const { message } = await terraformStatus(world)
        assert.match(message, /newer input waits for its end/)
        await world.pass(1500)
        assert.equal((await terraformStatus(world)).state, 'Completed')
        const times = seen.map(entry => Number(entry.split(' ')[0]))
        assert.deepEqual(
          seen.map(entry => entry.replace(/^\d+ /, '')),
          ['ADDED deploy', 'ADDED deploy'],
        )
        assert.ok(times[1]! >= 600, `second run after ${times[1]} s`)
        return `${seen.join(', ')} (seconds); in between: ${message.split(';').at(-1)!.trim()}`
      }),
  },
  {
    number: 25,
    fault: 'a Terraform is deleted while its run goes on',
    right: 'the run ends, then destroy runs, then it goes',
    play: () =>
      inWorld({ script: slowly }, async world => {
        const seen = witness(world)
        await world.apply(terraform('vpc', { postDeploy: undefined }))
        await world.pass(60)
        await world.cluster.delete(terraforms, VPC)
        await world.pass(300)
        assert.match((await terraformStatus(world)).message, /waits for the end of a run first/)
        await world.pass(1200)
        assert.equal(await world.get(terraforms, 'vpc'), undefined)
        assert.deepEqual(
          seen.slice(0, 2).map(entry => entry.replace(/^\d+ /, '')),
          ['ADDED deploy', 'ADDED destroy'],
        )
        assert.ok(Number(seen[1]!.split(' ')[0]) >= 600)
        return `${seen.slice(0, 2).join(', ')} (seconds), then gone`
      }),
  },
  {
    number: 26,
    fault: 'a Terraform is deleted in the foreground, as Argo CD prunes',
    right: 'not finalized while the garbage collector works, then destroy runs',
    play: () =>
      inWorld({}, async world => {
        await deployed(world)
        const seen = witness(world)
        await world.cluster.delete(terraforms, VPC, { propagation: 'Foreground' })
        await world.pass(120)
        assert.equal(await world.get(terraforms, 'vpc'), undefined)
        const acts = seen.map(entry => entry.replace(/^\d+ /, ''))
        assert.ok(acts.indexOf('ADDED destroy') > acts.indexOf('DELETED deploy'), acts.join())
        return `${seen.join(', ')} (seconds); destroy knew its image from status`
      }),
  },
  {
    number: 27,
    fault: 'destroy fails, and image and credentials are gone',
    right: 'the finalizer stays, the message says how to let go, and that works',
    play: () => {
      const script = ({ metadata }: ApiObject): ScriptRun => ({
        milliseconds: 1000,
        exitCode: metadata.labels?.['alustan.io/step'] === 'destroy' ? 1 : 0,
        log: '{"outputs":{}}',
      })
      return inWorld({ script }, async world => {
        await deployed(world)
        world.registry.repositories.delete(IMAGE)
        world.registry.access = { kind: 'basic', username: 'u', password: 'gone' }
        await world.cluster.delete(terraforms, VPC)
        await world.pass(7200)
        const { state, message } = await terraformStatus(world)
        assert.equal(state, 'Failed')
        assert.match(message, /to let go without destroying, set spec\.deletionPolicy to retain/)
        const { length } = await jobsOf(world, 'destroy')
        assert.ok(length <= 3, `${length} Jobs are kept`)
        await world.edit(terraforms, 'vpc', ({ spec }) => (spec.deletionPolicy = 'retain'))
        await world.pass(60)
        assert.equal(await world.get(terraforms, 'vpc'), undefined)
        return `Failed for two hours, ${length} Jobs kept as record; gone when set to retain`
      })
    },
  },
]
