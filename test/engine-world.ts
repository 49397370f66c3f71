import type { ApplyStrategy } from '../lib/engine/apply-child.js'
import type { ApiObject, Cluster } from '../lib/engine/cluster.js'
import { startEngine, type Engine } from '../lib/engine/engine.js'
import type { HookAnswer } from '../lib/engine/hook.js'
import { memoryCluster, type MemoryCluster, type MemoryClusterOptions } from '../lib/engine/memory-cluster.js'
import type { ObjectMap } from '../lib/engine/related.js'
import { virtualTimers, type VirtualTimers } from '../lib/engine/timers.js'
import { at } from './engine-objects.js'

export interface HookRequest {
  parent: ApiObject
  children: ObjectMap
  related: ObjectMap
  finalizing: boolean
}

/** One call of a hook: its path (`sync`, `finalize`, `customize`), what was sent, when. */
export interface Call {
  hook: string
  request: HookRequest
  headers: Record<string, string>
  at: number
}

/** An engine over a cluster in memory that does nothing by itself. */
export interface World {
  cluster: MemoryCluster
  timers: VirtualTimers
  engine: Engine
  calls: Call[]
  failures: string[]
  /** Runs everything that is due now; stops after a number of rounds, for hot loops. Returns the calls made. */
  settle(maxRounds?: number): Promise<Call[]>
  /** Lets time pass and runs what becomes due on the way. */
  pass(seconds: number, maxRounds?: number): Promise<Call[]>
}

/** What a hook answers: a body, or all of an HTTP answer; undefined never answers. */
export type Script = (call: Call) => object | { http: Partial<HookAnswer> } | undefined

/** A CompositeController for Terraforms with the given children: plurals of `v1` or `batch/v1` and their method. */
export function manifest(children: Record<string, string>, more: object = {}, webhook: object = {}): ApiObject {
  const hook = (name: string): object => ({ version: 'v2', webhook: { url: `http://hooks/${name}`, ...webhook } })
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'CompositeController',
    metadata: { name: 'tests' },
    spec: {
      generateSelector: true,
      parentResource: { apiVersion: 'alustan.io/v1alpha1', resource: 'terraforms' },
      childResources: Object.entries(children).map(([resource, method]) => ({
        apiVersion: resource === 'jobs' ? 'batch/v1' : 'v1',
        resource,
        updateStrategy: { method },
      })),
      hooks: { sync: hook('sync'), finalize: hook('finalize'), customize: hook('customize') },
      ...more,
    },
  }
}

/** Starts a world with a controller and the script of its hooks; without a `customize` in it nothing is related. */
export async function world(
  script: Script,
  {
    controller = manifest({ configmaps: 'InPlace', jobs: 'OnDelete' }),
    applyStrategy = 'dynamic-apply',
    view = cluster => cluster,
    ...options
  }: {
    controller?: unknown
    applyStrategy?: ApplyStrategy
    view?: (cluster: MemoryCluster) => Cluster
  } & MemoryClusterOptions = {},
): Promise<World> {
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now, stepped: true, ...options })
  const calls: Call[] = []
  const failures: string[] = []
  const engine = await startEngine({
    cluster: view(cluster),
    controllers: [controller],
    timers,
    workers: 0,
    applyStrategy,
    onFailure: ({ message }) => failures.push(message),
    callHook: async (url, request, headers) => {
      const hook = new URL(url).pathname.slice(1)
      const call: Call = {
        hook,
        request: JSON.parse(JSON.stringify(request)) as HookRequest,
        headers,
        at: timers.now(),
      }
      calls.push(call)
      const answer = script(call) ?? (hook === 'customize' ? {} : undefined)
      if (answer === undefined) return new Promise(() => undefined)
      const http = 'http' in answer ? (answer.http as Partial<HookAnswer>) : { body: JSON.stringify(answer) }
      return { status: 200, headers: {}, body: '{}', ...http }
    },
  })
  const settle = async (maxRounds = 200): Promise<Call[]> => {
    const before = calls.length
    for (let rounds = 0; rounds < maxRounds;) {
      if (cluster.deliver()) continue
      if (await engine.syncNext()) rounds++
      else if (!cluster.collectGarbage() && engine.isIdle()) break
    }
    return calls.slice(before)
  }
  const pass = async (seconds: number, maxRounds = 200): Promise<Call[]> => {
    const end = timers.now() + seconds * 1000
    const before = calls.length
    await settle()
    for (let rounds = 0; rounds < maxRounds && timers.next(end - timers.now()); rounds++) await settle()
    timers.advance(Math.max(0, end - timers.now()))
    await settle()
    return calls.slice(before)
  }
  return { cluster, timers, engine, calls, failures, settle, pass }
}

/** The hooks that were called, in order, as `customize sync`. */
export const hooks = (calls: readonly Call[]): string => calls.map(({ hook }) => hook).join(' ')
/** An object of the world by its name, as it is now. */
export const found = async (
  { cluster }: World,
  resource: Parameters<World['cluster']['get']>[0],
  name: string,
): Promise<ApiObject | undefined> => cluster.get(resource, at(name))
