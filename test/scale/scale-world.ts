import { readFileSync } from 'node:fs'
import pLimit from 'p-limit'
import { parse } from 'yaml'
import { localHooks } from '../../lib/cli/local-hooks.js'
import { registryFetch } from '../../lib/cli/registry-stand-in.js'
import { parseConfig } from '../../lib/config.js'
import type { Cluster } from '../../lib/engine/cluster.js'
import { startEngine } from '../../lib/engine/engine.js'
import type { CallHook } from '../../lib/engine/hook.js'
import { realTimers, type Timers } from '../../lib/engine/timers.js'
import { systemClock } from '../../lib/refresh/clock.js'
import { createRegistryClient } from '../../lib/registry/client.js'
import { createScanner } from '../../lib/registry/scanner.js'
import { countedCluster } from './counted-cluster.js'
import { imageOf, PREFIX } from './crowd.js'

/** What one look at every Service cost. */
export interface Resync {
  readonly hookCalls: number
  readonly apiCalls: number
  readonly seconds: number
  /** How long each call of sync took, in milliseconds. */
  readonly syncMs: readonly number[]
}

/** Hooks and engine over a cluster with a crowd on it. */
export interface ScaleWorld {
  /** Waits until nothing changes any more; answers after how many seconds. */
  settle(): Promise<number>
  /** Asks about every Service once, as Metacontroller does each `resyncPeriodSeconds`. */
  resync(): Promise<Resync>
  stop(): void
}

const MANIFEST = parse(readFileSync('metacontroller/services.yaml', 'utf8')) as {
  spec: { resyncPeriodSeconds: number }
}
const RESYNC_MS = MANIFEST.spec.resyncPeriodSeconds * 1000
/** What is asked for later than this is not waited for: each Service asks for itself again after a minute. */
const SOON_MS = 30_000
const REST_MS = 2000
const WORKERS = 10

/** Starts hooks and an engine for a crowd of at most so many. */
export async function startScaleWorld(cluster: Cluster, size: number): Promise<ScaleWorld> {
  const images = new Set(Array.from({ length: size }, (_, index) => imageOf(index)))
  const tags = new Map([...images].map(image => [image, ['1.0.0', '1.0.1', '1.1.0']]))
  const { now } = systemClock
  const client = createRegistryClient({ fetch: registryFetch(tags), now, credentials: async () => undefined })
  const scanner = createScanner({ client })
  const call = await localHooks(parseConfig({ ALUSTAN_NAMESPACE: PREFIX }), scanner, () => Date.now())
  const counts = { hooks: 0, api: 0 }
  let syncMs: number[] = []
  let newest = now()
  // In one process calls at the same time would only wait for each other.
  const oneByOne = pLimit(1)
  const callHook: CallHook = (url, ...given) =>
    oneByOne(async () => {
      counts.hooks++
      const began = now()
      const answer = await call(url, ...given)
      newest = now()
      if (url.endsWith('/sync')) syncMs.push(newest - began)
      return answer
    })
  let askAll = (): void => undefined
  const timers: Timers = {
    now: () => realTimers.now(),
    after(milliseconds, run) {
      if (milliseconds === RESYNC_MS) askAll = run
      return milliseconds > SOON_MS ? () => undefined : realTimers.after(milliseconds, run)
    },
  }
  const view = countedCluster(cluster, counts)
  const engine = await startEngine({ cluster: view, controllers: [MANIFEST], callHook, timers, workers: WORKERS })
  const settle = async (): Promise<number> => {
    const began = now()
    while (!engine.isIdle() || now() - Math.max(began, newest) < REST_MS) {
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    return (newest - began) / 1000
  }
  return {
    settle,
    async resync() {
      Object.assign(counts, { hooks: 0, api: 0 })
      syncMs = []
      askAll()
      const seconds = await settle()
      return { hookCalls: counts.hooks, apiCalls: counts.api, seconds, syncMs }
    },
    stop() {
      engine.stop()
      scanner.close()
    },
  }
}
