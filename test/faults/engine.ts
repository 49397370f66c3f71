import assert from 'node:assert/strict'
import { ApiError, type Cluster } from '../../lib/engine/cluster.js'
import type { MemoryCluster } from '../../lib/engine/memory-cluster.js'
import { mortalCluster } from '../../lib/engine/mortal-cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import type { Fault } from './fault.js'
import { deployed, running, serviceStatus, stillRuns, terraformStatus } from './look.js'
import { service, terraform } from './manifests.js'
import { type FaultWorld, inWorld } from './world.js'

const { jobs, services, terraforms } = RESOURCES

/** Counts every Job that is ever made, by name. */
function countJobs({ cluster }: FaultWorld): Map<string, number> {
  const made = new Map<string, number>()
  cluster.watch(jobs, {
    listed: () => undefined,
    changed: ({ type, object: { metadata } }) => {
      if (type === 'ADDED') made.set(metadata.name, (made.get(metadata.name) ?? 0) + 1)
    },
  })
  return made
}

/** Each step was run just once. */
function onceEach(made: Map<string, number>): void {
  assert.deepEqual([...made.values()], [1, 1], JSON.stringify([...made]))
}

/** A cluster that now and then refuses a write: with a conflict, or as a server that restarts, done or not. */
function shaky(cluster: MemoryCluster): Cluster {
  let writes = 0
  const refused = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    const turn = ++writes % 4
    if (turn === 1) throw new ApiError(409, 'Conflict', 'the object has been modified')
    if (turn === 2) throw new ApiError(503, 'ServiceUnavailable', 'etcdserver: leader changed')
    const result = await write()
    if (turn === 3) throw new ApiError(504, 'Timeout', 'the answer was lost')
    return result
  }
  return {
    ...cluster,
    create: (...given) => refused(() => cluster.create(...given)),
    update: (...given) => refused(() => cluster.update(...given)),
    updateStatus: (...given) => refused(() => cluster.updateStatus(...given)),
    delete: (...given) => refused(() => cluster.delete(...given)),
  }
}

/** Hooks, engine and API server that fail, 28 to 32. */
export const engineFaults: readonly Fault[] = [
  {
    number: 28,
    fault: 'a hook server is killed in the middle of a request',
    right: 'nothing had been done; it is asked again within milliseconds, the other replica answers',
    play: () => {
      let kills = 0
      const wire: NonNullable<Parameters<typeof inWorld>[0]['wire']> = call => async (url, body, headers, signal) => {
        const answer = await call(url, body, headers, signal)
        if (kills-- > 0) throw new Error('connect ECONNRESET')
        return answer
      }
      return inWorld({ wire, clocks: [0, 0] }, async world => {
        await running(world)
        const before = JSON.stringify(world.cluster.objects())
        kills = 3
        await world.edit(services, 'api', ({ metadata }) => (metadata.labels = { touched: 'yes' }))
        const touched = JSON.stringify(world.cluster.objects()).replace(/"labels":\{"touched":"yes"\},?/, '')
        assert.equal(withoutVersions(touched), withoutVersions(before), 'a request that is lost leaves nothing behind')
        const at = world.timers.now()
        while (kills >= 0) await world.pass(0.005)
        assert.ok(world.timers.now() - at <= 50)
        assert.equal((await serviceStatus(world)).state, 'Completed')
        return `three calls lost, nothing written; answered again ${world.timers.now() - at} ms later`
      })
    },
  },
  {
    number: 29,
    fault: 'Metacontroller is killed after any one of its writes',
    right: 'the next one makes the same Job, never a second run',
    play: async () => {
      let deaths = 0
      for (let writes = 1; writes <= 16; writes++) {
        let view = undefined as ReturnType<typeof mortalCluster> | undefined
        await inWorld({ view: cluster => (view = mortalCluster(cluster, writes)) }, async world => {
          const made = countJobs(world)
          await world.apply(terraform('vpc'))
          for (let seconds = 0; seconds < 90; seconds++) {
            await world.pass(1)
            if (!view!.isDead()) continue
            deaths++
            await world.restart((view = mortalCluster(world.cluster)))
          }
          assert.equal((await terraformStatus(world)).state, 'Completed')
          onceEach(made)
          return ''
        })
      }
      assert.ok(deaths >= 10)
      return `killed after each of its first ${deaths} writes: one deploy and one postDeploy every time`
    },
  },
  {
    number: 30,
    fault: 'the API server restarts, answers 409, 503, or does it and says nothing',
    right: 'no duplicate, all converges',
    play: () =>
      inWorld({ view: shaky }, async world => {
        const made = countJobs(world)
        await world.apply(terraform('vpc'), service('api'))
        for (let minutes = 0; minutes < 10; minutes++) {
          await world.pass(60)
          world.cluster.relist()
        }
        assert.deepEqual(
          [(await terraformStatus(world)).state, (await serviceStatus(world)).state],
          ['Completed', 'Completed'],
        )
        onceEach(made)
        await stillRuns(world)
        return `three of four writes went wrong (${world.events.length} Events); both Completed, each step run once`
      }),
  },
  {
    number: 31,
    fault: 'what is observed is old: a Job is not seen, or seen as running when it is done',
    right: 'never a second run',
    play: () =>
      inWorld({ view: blindfolded }, async world => {
        const made = countJobs(world)
        await world.apply(terraform('vpc'))
        for (let seconds = 0; seconds < 600; seconds += 7) {
          await world.pass(7)
          if (seconds % 3 === 0) world.cluster.relist()
        }
        assert.equal((await terraformStatus(world)).state, 'Completed')
        onceEach(made)
        return 'events of Jobs came only with a list every 21 s: deploy and postDeploy ran once each'
      }),
  },
  {
    number: 32,
    fault: 'the clocks of two replicas differ by two hours',
    right: 'nothing is decided by a local clock alone; status does not flicker',
    play: () =>
      inWorld({ clocks: [3_600_000, -3_600_000] }, async world => {
        const made = countJobs(world)
        await running(world)
        await deployed(world)
        onceEach(made)
        await world.pass(600)
        const versions = async () =>
          [await world.get(services, 'api'), await world.get(terraforms, 'vpc')].map(o => o.metadata.resourceVersion)
        const before = await versions()
        await world.pass(3600)
        assert.deepEqual(await versions(), before)
        return 'each step ran once; not one write to either status in an hour of calls to both in turn'
      }),
  },
]

/** The cluster, but its events of Jobs get lost: what is new is seen at the next list. */
function blindfolded(cluster: MemoryCluster): Cluster {
  return {
    ...cluster,
    watch: (resource, observer) =>
      cluster.watch(resource, resource.resource === 'jobs' ? { ...observer, changed: () => undefined } : observer),
  }
}

function withoutVersions(text: string): string {
  return text.replace(/"resourceVersion":"\d+"/g, '').replace(/"generation":\d+/g, '')
}
