import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { ApiObject } from '../lib/engine/cluster.js'
import { startEngine } from '../lib/engine/engine.js'
import type { CallHook } from '../lib/engine/hook.js'
import type { MemoryCluster } from '../lib/engine/memory-cluster.js'
import type { VirtualTimers } from '../lib/engine/timers.js'

const CONTROLLERS = ['services', 'terraforms'].map(
  name => parse(readFileSync(`metacontroller/${name}.yaml`, 'utf8')) as unknown,
)
/** A round in which an answer flips is followed by the next at once: more calls a second than this are a hot loop. */
const MOST_CALLS_A_SECOND = 40

/** The workspace of a history's Services. */
export const secret: ApiObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'staging',
    namespace: 'alustan',
    labels: { 'alustan.io/secret-type': 'cluster', environment: 'staging' },
  },
}

/** An engine whose time only a history moves. */
export interface LifeEngine {
  /** Lets all that is due now happen. */
  readonly settle: () => Promise<void>
  /** Lets time pass, and all happen that is due in it. */
  readonly pass: (seconds: number) => Promise<void>
  /** Notes what went wrong; the first of it counts, and ends all. */
  readonly fail: (what: string) => void
  readonly fault: () => string | undefined
  readonly stop: () => void
}

/** Starts an engine over a cluster in memory; `look` sees the cluster after every single sync. */
export async function startLifeEngine(
  cluster: MemoryCluster,
  timers: VirtualTimers,
  callHook: CallHook,
  look: () => Promise<void>,
): Promise<LifeEngine> {
  let calls = 0
  let fault: string | undefined
  const counted: CallHook = (...args) => {
    calls++
    return callHook(...args)
  }
  const engine = await startEngine({ cluster, controllers: CONTROLLERS, callHook: counted, timers, workers: 0 })
  const fail = (what: string): void => {
    fault ??= what
  }
  const settle = async (): Promise<void> => {
    const before = calls
    do {
      for (let turn = 0; turn < 6; turn++) await new Promise(resolve => setImmediate(resolve))
      await look()
      if (calls - before > MOST_CALLS_A_SECOND) {
        fail(`a hot loop of calls at ${timers.now()}`)
        return
      }
    } while (await engine.syncNext())
  }
  const pass = async (seconds: number): Promise<void> => {
    const end = timers.now() + seconds * 1000
    while (fault === undefined && timers.next(end - timers.now())) await settle()
    timers.advance(Math.max(0, end - timers.now()))
  }
  return { settle, pass, fail, fault: () => fault, stop: () => engine.stop() }
}

/** What is written at rest, whoever answers, is written without end. */
export async function writesAtRest(cluster: MemoryCluster, engine: LifeEngine): Promise<boolean> {
  const versions = () => JSON.stringify(cluster.objects().map(({ kind, metadata }) => [kind, metadata.resourceVersion]))
  const before = versions()
  await engine.pass(300)
  return versions() !== before
}
