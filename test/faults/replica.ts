import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { buildApp } from '../../hooks/app.js'
import { buildMetrics } from '../../hooks/metrics.js'
import { parseConfig } from '../../lib/config.js'
import type { Timers } from '../../lib/engine/timers.js'
import { createGitHubClient } from '../../lib/github/client.js'
import { createPullRequestLister } from '../../lib/github/pull-request-lister.js'
import type { RunReader } from '../../lib/kubernetes/run-reader.js'
import type { Clock } from '../../lib/refresh/clock.js'
import type { Limits } from '../../lib/registry/bounded-fetch.js'
import { createRegistryClient } from '../../lib/registry/client.js'
import type { Credentials } from '../../lib/registry/docker-config.js'
import { createScanner } from '../../lib/registry/scanner.js'
import { rfc3339 } from '../../lib/rfc3339.js'
import { canary } from '../canaries.js'

/** The token of all replicas, which nobody may ever see but GitHub. */
export const GITHUB_TOKEN = canary('github-token')

export interface ReplicaOptions {
  readonly registryUrl: string
  readonly gitHubUrl: string
  readonly limits?: Partial<Limits>
  readonly credentials?: Credentials
  readonly timers: Timers
  /** How far its clock is ahead, in milliseconds. */
  readonly ahead: number
  readonly runReader: RunReader
  readonly log: (line: string) => void
  readonly onScan: () => void
  /** Is given whatever is asked outside, so that the world can wait for it; gives it back. */
  readonly waitFor: <T>(asked: Promise<T>) => Promise<T>
}

/** A replica of the hooks, with scanner and lister as a server has them, that lives by the world's time. */
export async function startReplica(options: ReplicaOptions): Promise<{ app: FastifyInstance; stop(): Promise<void> }> {
  const { timers, waitFor } = options
  const clock: Clock = { now: timers.now, random: () => 0.5, after: (ms, run) => timers.after(ms, run) }
  const config = parseConfig({ DOCKER_REGISTRY_URL: options.registryUrl, GITHUB_API_URL: options.gitHubUrl })
  const registry = createRegistryClient({
    fetch,
    now: timers.now,
    credentials: async () => options.credentials,
    ...(options.limits && { limits: options.limits }),
  })
  const scanner = createScanner({
    clock,
    client: {
      ...registry,
      listTags: (image, signal) => {
        options.onScan()
        return waitFor(registry.listTags(image, signal))
      },
    },
  })
  const gitHub = createGitHubClient({
    fetch,
    now: timers.now,
    apiUrl: config.githubApiUrl,
    token: async () => GITHUB_TOKEN,
  })
  const lister = createPullRequestLister({
    client: { ...gitHub, ask: call => waitFor(gitHub.ask(call)) },
    intervalSeconds: config.previewSyncSeconds,
    clock,
  })
  const app = await buildApp({
    config,
    scanner,
    credentials: async () => options.credentials,
    pullRequests: lister,
    runReader: options.runReader,
    metrics: buildMetrics(),
    logger: pino({ level: 'trace' }, { write: options.log }),
    now: () => rfc3339(timers.now() + options.ahead),
    isReady: () => true,
  })
  return {
    app,
    async stop() {
      scanner.close()
      lister.close()
      await app.close()
    },
  }
}
