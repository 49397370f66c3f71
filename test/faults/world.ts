import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { argoCdStandIn } from '../../lib/cli/argo-cd-stand-in.js'
import { type ScriptRun, jobStandIn, runReaderOf } from '../../lib/cli/job-stand-in.js'
import type { ApiObject, Cluster, Resource } from '../../lib/engine/cluster.js'
import { startEngine } from '../../lib/engine/engine.js'
import type { CallHook } from '../../lib/engine/hook.js'
import { type MemoryCluster, memoryCluster } from '../../lib/engine/memory-cluster.js'
import { RESOURCES, resourceOf } from '../../lib/engine/resources.js'
import { type VirtualTimers, virtualTimers } from '../../lib/engine/timers.js'
import type { Limits } from '../../lib/registry/bounded-fetch.js'
import type { Credentials } from '../../lib/registry/docker-config.js'
import { leaks } from '../canaries.js'
import type { FakeGitHub } from '../fake/github-state.js'
import { startFakeGitHub } from '../fake/github.js'
import { type FakeRegistry, startFakeRegistry } from '../fake/registry.js'
import { IMAGE, NAMESPACE, REPOSITORY, workspace } from './manifests.js'
import { GITHUB_TOKEN, startReplica } from './replica.js'

export interface WorldOptions {
  tags?: string[]
  limits?: Partial<Limits>
  credentials?: Credentials
  /** What each script does; all goes well in 5 s when left out. */
  script?: (job: ApiObject) => ScriptRun
  /** False: the play makes the pods. */
  hasKubelet?: boolean
  /** How far the clock of each replica of the hooks is ahead, in milliseconds; one that is right when left out. */
  clocks?: readonly number[]
  /** What the engine sees of the cluster. */
  view?: (cluster: MemoryCluster, timers: VirtualTimers) => Cluster
  /** Stands between the engine and the hooks. */
  wire?: (call: CallHook) => CallHook
}

/** Hooks with the caches that a server has, under the engine over a cluster in memory. */
export interface FaultWorld {
  readonly cluster: MemoryCluster
  readonly timers: VirtualTimers
  readonly registry: FakeRegistry
  /** Has repository `team/app`, without pull requests. */
  readonly gitHub: FakeGitHub
  /** When a scan began, in milliseconds of the world's time. */
  readonly scans: number[]
  /** Paths of the hooks that were called, and what they answered. */
  readonly calls: { hook: string; ms: number; answer: string }[]
  readonly logs: string[]
  /** What Metacontroller writes into Events. */
  readonly events: string[]
  apply(...objects: ApiObject[]): Promise<void>
  get(resource: Resource, name: string): Promise<any>
  edit(resource: Resource, name: string, change: (object: any) => void): Promise<void>
  /** Runs what is due now. Scans and listings are waited for unless `isImpatient`. */
  settle(isImpatient?: boolean): Promise<void>
  pass(seconds: number, isImpatient?: boolean): Promise<void>
  /** Starts an engine anew, as after a crash of Metacontroller. */
  restart(view: Cluster): Promise<void>
  stop(): Promise<void>
}

const CONTROLLERS = ['services', 'terraforms'].map(
  kind => parse(readFileSync(`metacontroller/${kind}.yaml`, 'utf8')) as unknown,
)

const goesWell = ({ metadata }: ApiObject): ScriptRun => ({
  milliseconds: 5000,
  exitCode: 0,
  log: metadata.labels?.['alustan.io/step'] === 'postdeploy' ? '{"outputs":{"id":"vpc-1"}}' : '',
})

/** Runs a play in a world of its own, with a workspace in it; no secret of it may show up where it can be read. */
export async function inWorld(options: WorldOptions, play: (world: FaultWorld) => Promise<string>): Promise<string> {
  const world = await startWorld(options)
  try {
    await world.apply(workspace())
    const seen = await play(world)
    assert.deepEqual(leaks(readable(world)), [])
    return seen
  } finally {
    await world.stop()
  }
}

/** What more people may read than the secrets in it: Events, logs, refusals of the hooks, status. */
function readable({ cluster, events, logs, calls }: FaultWorld): string {
  const refusals = calls.filter(({ answer }) => answer.includes('"error"')).map(({ answer }) => answer)
  const ours = cluster.objects().filter(({ apiVersion }) => apiVersion === 'alustan.io/v1alpha1')
  return [...events, ...logs, ...refusals, ...ours.map(({ status }) => JSON.stringify(status))].join('\n')
}

async function startWorld(options: WorldOptions): Promise<FaultWorld> {
  const { script = goesWell, hasKubelet = true, view = cluster => cluster, wire = call => call } = options
  const registry = await startFakeRegistry({ [IMAGE]: options.tags ?? ['1.0.0', '1.1.0'] })
  const gitHub = await startFakeGitHub({ [REPOSITORY]: [] })
  gitHub.tokens.set(GITHUB_TOKEN, { login: 'alustan-bot', type: 'User', may: 'read' })
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now })
  const scans: number[] = []
  const underWay = new Set<Promise<unknown>>()
  const logs: string[] = []
  const calls: FaultWorld['calls'] = []
  const events: string[] = []
  const waitFor = <T>(asked: Promise<T>): Promise<T> => {
    const noted = asked.catch(() => undefined).finally(() => underWay.delete(noted))
    underWay.add(noted)
    return asked
  }
  const replicas = await Promise.all(
    (options.clocks ?? [0]).map(ahead =>
      startReplica({
        ...options,
        registryUrl: registry.url,
        gitHubUrl: gitHub.url,
        timers,
        ahead,
        runReader: runReaderOf(cluster, script),
        log: line => logs.push(line),
        onScan: () => scans.push(timers.now()),
        waitFor,
      }),
    ),
  )
  let turn = 0
  const callHook = wire(async (url, payload, headers) => {
    const { app } = replicas[turn++ % replicas.length]!
    const began = performance.now()
    const hook = new URL(url).pathname
    const { statusCode, headers: sent, body } = await app.inject({ method: 'POST', url: hook, payload, headers })
    calls.push({ hook, ms: performance.now() - began, answer: body })
    return { status: statusCode, headers: sent, body }
  })

  const start = (seen: Cluster) =>
    startEngine({
      cluster: seen,
      controllers: CONTROLLERS,
      callHook,
      timers,
      workers: 0,
      onFailure: ({ message }) => events.push(message),
    })
  let engine = await start(view(cluster, timers))
  argoCdStandIn(cluster, timers)
  if (hasKubelet) jobStandIn(cluster, timers, script)

  const settle = async (isImpatient = false): Promise<void> => {
    for (;;) {
      for (let turns = 0; turns < 8; turns++) await new Promise(resolve => setImmediate(resolve))
      if (await engine.syncNext()) continue
      if (underWay.size === 0 || isImpatient) return
      await Promise.race(underWay)
    }
  }
  const world: FaultWorld = {
    cluster,
    timers,
    registry,
    gitHub,
    scans,
    calls,
    logs,
    events,
    async apply(...objects) {
      for (const object of objects) await cluster.create(resourceOf(object)!, object)
      await settle()
    },
    get: (resource, name) =>
      cluster.get(resource, { name, namespace: resource === RESOURCES.secrets ? 'alustan' : NAMESPACE }),
    async edit(resource, name, change) {
      const object = await world.get(resource, name)
      change(object)
      await cluster.update(resource, object)
      await settle()
    },
    settle,
    async pass(seconds, isImpatient = false) {
      const end = timers.now() + seconds * 1000
      await settle(isImpatient)
      while (timers.next(end - timers.now())) await settle(isImpatient)
      timers.advance(end - timers.now())
    },
    async restart(seen) {
      engine.stop()
      engine = await start(seen)
      await settle()
    },
    async stop() {
      engine.stop()
      for (const replica of replicas) await replica.stop()
      await Promise.all([registry.close(), gitHub.close()])
    },
  }
  return world
}
