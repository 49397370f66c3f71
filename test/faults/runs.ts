import assert from 'node:assert/strict'
import type { ScriptRun } from '../../lib/cli/job-stand-in.js'
import type { ApiObject } from '../../lib/engine/cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import type { Fault } from './fault.js'
import { jobsOf, terraformStatus } from './look.js'
import { NAMESPACE, terraform } from './manifests.js'
import { type FaultWorld, inWorld } from './world.js'

const { terraforms, jobs, pods } = RESOURCES

/** Gives the one Job a pod with this status, as kubelet and Job controller would. */
async function pod(world: FaultWorld, name: string, status: object, jobStatus: object = { active: 1 }): Promise<void> {
  const [job] = await jobsOf(world, 'deploy')
  const owner = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: job.metadata.name,
    uid: job.metadata.uid,
    controller: true,
  }
  const metadata = {
    name,
    namespace: NAMESPACE,
    labels: { 'job-name': job.metadata.name },
    ownerReferences: [owner],
  }
  const known = await world.get(pods, name)
  const made = known ?? (await world.cluster.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec: {} }))
  await world.cluster.updateStatus(pods, { ...made, status })
  await world.cluster.updateStatus(jobs, { ...(await world.get(jobs, job.metadata.name)), status: jobStatus })
  await world.settle()
}

const ended = (exitCode: number, reason = 'Error') => ({
  phase: 'Failed',
  containerStatuses: [{ state: { terminated: { exitCode, reason } } }],
})
const jobFailed = {
  failed: 2,
  conditions: [
    { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: '2026-01-01T00:01:00Z' },
  ],
}

/** The faults of runs and their pods, 17 to 20. */
export const runFaults: readonly Fault[] = [
  {
    number: 17,
    fault: 'a pod is evicted, or its node is lost',
    right: 'no failure: another pod of the same Job follows, never two at a time',
    play: () =>
      inWorld({ hasKubelet: false }, async world => {
        await world.apply(terraform('vpc'))
        await world.pass(10)
        const [{ spec }] = await jobsOf(world, 'deploy')
        assert.deepEqual(spec.podFailurePolicy.rules[0].onPodConditions, [{ type: 'DisruptionTarget', status: 'True' }])
        assert.equal(spec.podReplacementPolicy, 'Failed')
        await pod(world, 'one', { phase: 'Running', containerStatuses: [{ state: { running: {} } }] })
        const evicted = { ...ended(143), reason: 'Evicted', conditions: [{ type: 'DisruptionTarget', status: 'True' }] }
        await pod(world, 'one', evicted, { active: 0 })
        await world.pass(60)
        assert.equal((await terraformStatus(world)).state, 'Progressing')
        await pod(world, 'two', { phase: 'Running', containerStatuses: [{ state: { running: {} } }] })
        await world.pass(60)
        assert.equal((await jobsOf(world, 'deploy')).length, 1)
        return `Progressing throughout, one Job; podFailurePolicy ignores DisruptionTarget, podReplacementPolicy Failed`
      }),
  },
  {
    number: 18,
    fault: 'a script is killed in the middle (out of memory)',
    right: 'reported, tried no more than `retries`, no lock is forced open',
    play: () =>
      inWorld({ hasKubelet: false }, async world => {
        await world.apply(terraform('vpc'))
        await world.pass(10)
        const [job] = await jobsOf(world, 'deploy')
        assert.equal(job.spec.backoffLimit, 1)
        await pod(world, 'one', ended(137, 'OOMKilled'), jobFailed)
        await world.pass(3600)
        const { state, run, message } = await terraformStatus(world)
        assert.deepEqual([state, run?.exitCode, run?.reason], ['Failed', 137, 'OOMKilled'])
        assert.equal((await jobsOf(world, 'deploy')).length, 1, 'nothing is started by itself')
        assert.match(message, /may still be locked/)
        assert.doesNotMatch(JSON.stringify(job), /unlock/)
        return message
      }),
  },
  {
    number: 19,
    fault: 'an image cannot be pulled, or a quota leaves no pod',
    right: 'Pending with the reason; one Job however often it is looked at; `timeoutSeconds` ends it',
    play: () =>
      inWorld({ hasKubelet: false }, async world => {
        await world.apply(terraform('vpc', { timeoutSeconds: 600 }))
        await world.pass(120)
        const unmade = await terraformStatus(world)
        const waiting = { waiting: { reason: 'ImagePullBackOff' } }
        await pod(world, 'one', { phase: 'Pending', containerStatuses: [{ state: waiting }] })
        await world.pass(3600)
        const { run, state } = await terraformStatus(world)
        const all = await jobsOf(world, 'deploy')
        assert.deepEqual(
          [unmade.run?.reason, state, run?.phase, run?.reason],
          ['PodNotCreated', 'Progressing', 'Pending', 'ImagePullBackOff'],
        )
        assert.deepEqual([all.length, all[0].spec.activeDeadlineSeconds], [1, 600])
        const syncs = world.calls.filter(({ hook }) => hook === '/terraforms/sync').length
        return `Pending PodNotCreated, then Pending ImagePullBackOff; 1 Job after ${syncs} syncs`
      }),
  },
  {
    number: 20,
    fault: 'a script fails, deploy or destroy',
    right: 'Failed with exit code and Job; requestedAt tries at once; destroy is tried with pauses of 1 min to 1 h',
    play: () => {
      let works = false
      const attempts: number[] = []
      const script = ({ metadata }: ApiObject): ScriptRun => ({
        milliseconds: 1000,
        exitCode: works && metadata.labels?.['alustan.io/step'] !== 'destroy' ? 0 : 3,
        log: '{"outputs":{}}',
      })
      return inWorld({ script }, async world => {
        await world.apply(terraform('vpc'))
        await world.pass(3600)
        const { state, run, message } = await terraformStatus(world)
        assert.deepEqual([state, run?.exitCode], ['Failed', 3])
        assert.ok(message.includes(run!.job))
        assert.equal((await jobsOf(world, 'deploy')).length, 1)
        works = true
        const annotations = { 'alustan.io/requestedAt': 'now' }
        await world.edit(terraforms, 'vpc', ({ metadata }) => (metadata.annotations = annotations))
        await world.pass(30)
        assert.equal((await terraformStatus(world)).state, 'Completed')
        world.cluster.watch(jobs, {
          listed: () => undefined,
          changed: ({ type, object }) => {
            if (type === 'ADDED' && object.metadata.name.includes('-destroy-')) attempts.push(world.timers.now())
          },
        })
        await world.cluster.delete(terraforms, { name: 'vpc', namespace: NAMESPACE })
        await world.pass(6 * 3600)
        const pauses = attempts.slice(1).map((at, index) => Math.round((at - attempts[index]!) / 60_000))
        assert.deepEqual(pauses.slice(0, 7), [1, 2, 4, 8, 16, 32, 60])
        const failed = await terraformStatus(world)
        assert.match(failed.message, /deletionPolicy to retain/)
        return `Failed (exit code 3); deployed at once when requested; destroy after ${pauses.join(', ')} min`
      })
    },
  },
]
