import { setTimeout } from 'node:timers/promises'
import { pino } from 'pino'
import { buildApp } from '../../hooks/app.js'
import { buildMetrics } from '../../hooks/metrics.js'
import { parseConfig } from '../../lib/config.js'
import type { HookAnswer } from '../../lib/engine/hook.js'
import { AlustanError } from '../../lib/errors.js'
import { parseTag } from '../../lib/registry/tag.js'

const sha = 'f'.repeat(40)

/** What the hooks log as errors, the newest last. */
const faults: string[] = []

/** The hooks as a server has them, over caches that know something of everything. */
const app = await buildApp({
  config: parseConfig({}),
  scanner: {
    read: async () => ({
      tags: ['1.1.0', '1.1.3', '2.0.0'].map(text => parseTag(text)!),
      texts: new Set(['pr-7-fffffff']),
      failure: undefined,
      isTruncated: false,
      isRunningTagGone: false,
    }),
    close: () => undefined,
  },
  pullRequests: {
    read: async () => ({
      pullRequests: [7, 12].map(number => {
        return { number, title: 'x', branch: 'Fix/Émile', sha, isFork: number === 12, labels: ['preview'] }
      }),
      failure: new AlustanError('GitHubUnreachable', 'down'),
      isTruncated: false,
      mayBeOlder: false,
    }),
    close: () => undefined,
  },
  feedback: { note: () => undefined, failure: () => undefined, close: () => undefined },
  credentials: async () => undefined,
  runReader: {
    pods: async () => ({ value: { hasStarted: false, reason: 'ImagePullBackOff', exitCode: undefined } }),
    output: async () => ({ value: { outputs: { id: 'vpc-1' } } }),
    livePods: async () => ({ value: [] }),
  },
  metrics: buildMetrics(),
  logger: pino({ level: 'error' }, { write: line => faults.push(line) }),
  now: () => '2026-01-02T03:04:05Z',
  isReady: () => true,
})

/**
 * Posts to a hook; again while the machine is so busy that hooks refuse what comes. Throws when that is no answer and no
 * refusal of a bad request.
 */
export async function post(
  url: string,
  payload: string | object,
  headers: Record<string, string>,
): Promise<HookAnswer> {
  const { pathname } = new URL(url)
  for (;;) {
    const { statusCode, headers: sent, body } = await app.inject({ method: 'POST', url: pathname, payload, headers })
    if (statusCode === 200 || statusCode === 400) return { status: statusCode, headers: sent, body }
    if (statusCode !== 429) throw new Error(`${pathname} answers ${statusCode}: ${faults.at(-1)}`)
    await setTimeout(1000)
  }
}
