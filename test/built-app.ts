import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import type { Test } from 'tap'
import { type Deps, buildApp } from '../hooks/app.js'
import { buildMetrics } from '../hooks/metrics.js'
import { parseConfig } from '../lib/config.js'
import { knowsNothing } from '../lib/github/pull-requests.js'
import { createRunReader } from '../lib/kubernetes/run-reader.js'
import type { ImageScanner } from '../lib/registry/scan.js'
import { parseTag } from '../lib/registry/tag.js'

/** A request of the hook sync. */
export const body = (): any => JSON.parse(readFileSync('examples/requests/service-sync.json', 'utf8'))

/** A registry that is known to have one tag. */
export const scanner: ImageScanner = {
  read: async () => ({
    tags: [parseTag('0.2.1')!],
    failure: undefined,
    isTruncated: false,
    isRunningTagGone: false,
  }),
  close: () => undefined,
}

/** The hooks over what is given, asked without a network; `lines` are of the log. */
export async function build(t: Test, deps: Partial<Deps> = {}, env: Record<string, string> = {}) {
  const lines: string[] = []
  const app = await buildApp({
    config: parseConfig(env),
    scanner,
    pullRequests: knowsNothing,
    credentials: async () => undefined,
    runReader: createRunReader(undefined, () => 0),
    metrics: buildMetrics(),
    logger: pino({ level: 'trace' }, { write: line => lines.push(line) }),
    now: () => '2026-01-02T03:04:05Z',
    isReady: () => true,
    ...deps,
  })
  t.teardown(() => app.close())
  const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })
  return { app, post, lines }
}
