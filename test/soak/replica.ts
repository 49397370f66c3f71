import { pino } from 'pino'
import { buildApp } from '../../hooks/app.js'
import { buildMetrics } from '../../hooks/metrics.js'
import { parseConfig } from '../../lib/config.js'
import type { CallHook } from '../../lib/engine/hook.js'
import type { VirtualTimers } from '../../lib/engine/timers.js'
import { createGitHubClient } from '../../lib/github/client.js'
import { createPullRequestLister } from '../../lib/github/pull-request-lister.js'
import type { RunReader } from '../../lib/kubernetes/run-reader.js'
import { createRegistryClient } from '../../lib/registry/client.js'
import { createScanner } from '../../lib/registry/scanner.js'
import { rfc3339 } from '../../lib/rfc3339.js'
import { GITHUB_TOKEN, GITHUB_URL, type Outside } from './outside.js'

/** Longer than by default, so that a day takes minutes: most calls are of resyncs, at a fifth of these. */
export const CONFIG = parseConfig({
  APP_SYNC_INTERVAL: '15m',
  INFRA_SYNC_INTERVAL: '1h',
  PREVIEW_SYNC_INTERVAL: '5m',
  GITHUB_API_URL: GITHUB_URL,
})

/** Of the process, which is one however often a server starts anew: their histograms are never collected. */
const METRICS = buildMetrics()

/** A hook server with caches of its own. */
export interface Replica {
  readonly call: CallHook
  close(): Promise<void>
}

interface ReplicaDeps {
  readonly outside: Outside
  readonly timers: VirtualTimers
  readonly runReader: RunReader
  /** From 0 to 1. */
  readonly random: () => number
}

/** Starts a hook server as `hooks/server.ts` does, but without a listener. */
export async function startReplica({ outside, timers, runReader, random }: ReplicaDeps): Promise<Replica> {
  const { now } = timers
  const clock = { now, random, after: (ms: number, run: () => void) => timers.after(ms, run) }
  const credentials = async () => undefined
  const scanner = createScanner({
    client: createRegistryClient({ fetch: outside.fetchRegistry, now, credentials }),
    clock,
  })
  const pullRequests = createPullRequestLister({
    client: createGitHubClient({
      fetch: outside.fetchGitHub,
      now,
      apiUrl: GITHUB_URL,
      token: async () => GITHUB_TOKEN,
    }),
    intervalSeconds: CONFIG.previewSyncSeconds,
    clock,
  })
  const app = await buildApp({
    config: CONFIG,
    scanner,
    pullRequests,
    credentials,
    runReader,
    metrics: METRICS,
    logger: pino({ level: 'silent' }),
    now: () => rfc3339(now()),
    isReady: () => true,
  })
  return {
    async call(url, payload, headers) {
      const answer = await app.inject({ method: 'POST', url: new URL(url).pathname, payload, headers })
      return { status: answer.statusCode, headers: answer.headers, body: answer.body }
    },
    async close() {
      scanner.close()
      pullRequests.close()
      await app.close()
    },
  }
}
