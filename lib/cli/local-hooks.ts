import { pino } from 'pino'
import { buildApp } from '../../hooks/app.js'
import { buildMetrics } from '../../hooks/metrics.js'
import type { Config } from '../config.js'
import type { CallHook } from '../engine/hook.js'
import { type PullRequestLister, knowsNothing } from '../github/pull-requests.js'
import { type RunReader, createRunReader } from '../kubernetes/run-reader.js'
import type { ImageScanner } from '../registry/scan.js'
import { rfc3339 } from '../rfc3339.js'

/** The hooks' own HTTP interface within this process: what a server answers is what is answered here. */
export async function localHooks(
  config: Config,
  scanner: ImageScanner,
  now: () => number,
  runReader: RunReader = createRunReader(undefined, now),
  pullRequests: PullRequestLister = knowsNothing,
): Promise<CallHook> {
  const app = await buildApp({
    config: { ...config, hookToken: undefined },
    scanner,
    pullRequests,
    credentials: async () => undefined,
    runReader,
    metrics: buildMetrics(),
    logger: pino({ level: 'silent' }),
    now: () => rfc3339(now()),
    isReady: () => true,
  })
  return async (url, request, headers) => {
    const answer = await app.inject({ method: 'POST', url: new URL(url).pathname, payload: request, headers })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body }
  }
}
