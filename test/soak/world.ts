import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { argoCdStandIn } from '../../lib/cli/argo-cd-stand-in.js'
import { jobStandIn, runReaderOf } from '../../lib/cli/job-stand-in.js'
import { objectKey } from '../../lib/engine/cluster.js'
import { startEngine } from '../../lib/engine/engine.js'
import type { CallHook } from '../../lib/engine/hook.js'
import { type MemoryCluster, memoryCluster } from '../../lib/engine/memory-cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import { type VirtualTimers, virtualTimers } from '../../lib/engine/timers.js'
import { type Cast, editOf } from './cast.js'
import { type Hooks, startHooks } from './hooks.js'
import { createOutside, type Outside } from './outside.js'
import { startReplica } from './replica.js'
import { type Scripts, soakScripts } from './scripts.js'
import { unreliableCluster, type UnreliableCluster } from './unreliable-cluster.js'

/** All of it in one process: engine, hooks, cluster, Argo CD, kubelet, registry and GitHub. */
export interface SoakWorld {
  readonly cluster: MemoryCluster
  /** What the engine sees of it. */
  readonly view: UnreliableCluster
  readonly timers: VirtualTimers
  readonly outside: Outside
  readonly hooks: Hooks
  readonly scripts: Scripts
  /** The edit that each Job was made of that there ever was, by namespace and name. */
  readonly jobEdits: ReadonlyMap<string, string | undefined>
  restartEngine(): Promise<void>
  /** Lets simulated time pass. Throws when calls follow each other without an end. */
  pass(seconds: number): Promise<void>
  stop(): Promise<void>
}

const CONTROLLERS = ['services', 'terraforms'].map(
  kind => parse(readFileSync(`metacontroller/${kind}.yaml`, 'utf8')) as unknown,
)
export const REPLICAS = 2
const WORKERS = 10

/** Turns of the event loop without a call after which nothing goes on, and after which what goes on waits for time. */
const IDLE_TURNS = 3
const WAITING_TURNS = 12

/** Starts a world in which nothing is yet. */
export async function startWorld(cast: Cast, pick: (limit: number) => number): Promise<SoakWorld> {
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now })
  const view = unreliableCluster(cluster, timers)
  const outside = createOutside(cast.images, cast.repositories, timers)
  const scripts = soakScripts(cluster)
  const runReader = runReaderOf(cluster, scripts.run)
  const random = () => pick(1000) / 1000
  const replica = () => startReplica({ outside, timers, runReader, random })
  const hooks = await startHooks(replica, REPLICAS, { timers, pick })
  const start = async () => {
    let isOver = false
    const callHook: CallHook = async (...given) => {
      const answer = await hooks.call(...given)
      // An engine that is dead writes nothing more.
      return isOver ? new Promise(() => undefined) : answer
    }
    const started = await startEngine({ cluster: view, controllers: CONTROLLERS, callHook, timers, workers: WORKERS })
    const stop = (): void => {
      isOver = true
      started.stop()
    }
    return { ...started, stop }
  }
  const jobEdits = new Map<string, string | undefined>()
  cluster.watch(RESOURCES.jobs, {
    listed: () => undefined,
    changed: ({ object: { metadata, spec } }) => jobEdits.set(objectKey(metadata), editOf(spec)),
  })
  let engine = await start()
  argoCdStandIn(cluster, timers)
  jobStandIn(cluster, timers, scripts.run)

  const mostCalls = 1000 + 100 * cast.actors.length
  const settle = async (): Promise<void> => {
    const { calls } = hooks.counts
    let seen = -1
    for (let turns = 0; turns < (engine.isIdle() ? IDLE_TURNS : WAITING_TURNS);) {
      await new Promise(resolve => setImmediate(resolve))
      const { registry, gitHub } = outside.requests
      const activity = hooks.counts.calls + registry + gitHub
      turns = activity === seen ? turns + 1 : 0
      seen = activity
      if (hooks.counts.calls > calls + mostCalls) throw new Error(`calls without an end at ${timers.now()}`)
    }
  }
  return {
    cluster,
    view,
    timers,
    outside,
    hooks,
    scripts,
    jobEdits,
    async restartEngine() {
      engine.stop()
      engine = await start()
    },
    async pass(seconds) {
      const end = timers.now() + seconds * 1000
      await settle()
      while (timers.next(end - timers.now())) await settle()
      timers.advance(end - timers.now())
    },
    async stop() {
      engine.stop()
      await hooks.close()
    },
  }
}
