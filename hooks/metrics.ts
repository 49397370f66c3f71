import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { CacheReport } from '../lib/refresh/cache-report.js'
import { boundedLabel } from './bounded-label.js'
import { labelSets } from './label-sets.js'

/** One finished call of a hook. */
export interface HookCall {
  kind: string
  hook: string
  code: number
  seconds: number
}

/** Hook calls that are counted from 0 on: those that succeed, and those that fail by a bug. */
const HOOKS = { kind: ['services', 'terraforms'], hook: ['sync', 'finalize', 'customize'], code: ['200', '500'] }
const KINDS = ['Service', 'Terraform']
const STATES = ['Progressing', 'Error', 'Success', 'Failed', 'Blocked', 'Completed']
const CHANGES = ['first', 'newer', 'older', 'other']
const RUNS = { step: ['deploy', 'postdeploy', 'destroy'], outcome: ['succeeded', 'failed'] }

/** The server's Prometheus metrics; docs/operations.md tells each. Labels are from small sets: none names a resource. */
export interface Metrics {
  contentType: string
  text: () => Promise<string>
  observeHook: (call: HookCall) => void
  observeRegistryRequest: (request: { host: string; code: string }) => void
  observeGitHubRequest: (request: { host: string; code: string }) => void
  observeState: (change: { kind: string; state: string }) => void
  observeImage: (change: { kind: string; change: string }) => void
  observeRun: (run: { step: string; outcome: string }) => void
  /** Takes on a cache, which is asked how old it is at each scrape. */
  watchCache: (cache: string, read: () => CacheReport) => void
}

/** Builds metrics with a registry of their own, so that several servers can live in one process. */
export function buildMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const hooks = new Histogram({
    name: 'alustan_hook_duration_seconds',
    help: 'Duration of hook calls.',
    labelNames: ['kind', 'hook', 'code'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  })
  for (const labels of labelSets(HOOKS)) hooks.zero(labels)
  const count = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers })
  const registryRequests = count(
    'alustan_registry_requests_total',
    'Requests to image registries by host and HTTP status, or the reason why none came.',
    'host',
    'code',
  )
  const gitHubRequests = count(
    'alustan_github_requests_total',
    'Requests to GitHub by host and HTTP status, or the reason why no answer came.',
    'host',
    'code',
  )
  /** What never was cannot increase: where all labels are known, each set begins at 0, so that alerts see its first. */
  const countFromZero = (name: string, help: string, values: Record<string, readonly string[]>): Counter => {
    const counter = count(name, help, ...Object.keys(values))
    for (const labels of labelSets(values)) counter.inc(labels, 0)
    return counter
  }
  const states = countFromZero('alustan_state_changes_total', 'Changes of status.state, by the new state.', {
    kind: KINDS,
    state: STATES,
  })
  const images = countFromZero('alustan_image_changes_total', 'Changes of the chosen image.', {
    kind: KINDS,
    change: CHANGES,
  })
  const runs = countFromZero('alustan_terraform_runs_total', 'Runs of infrastructure that ended.', RUNS)
  const hostLabel = boundedLabel()
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observeHook: ({ kind, hook, code, seconds }) => {
      hooks.observe({ kind, hook, code }, seconds)
    },
    observeRegistryRequest: ({ host, code }) => {
      registryRequests.inc({ host: hostLabel(host), code })
    },
    observeGitHubRequest: labels => {
      gitHubRequests.inc(labels)
    },
    observeState: change => {
      states.inc(change)
    },
    observeImage: change => {
      images.inc(change)
    },
    observeRun: run => {
      runs.inc(run)
    },
    watchCache: cacheGauges(registry),
  }
}

function cacheGauges(registry: Registry): Metrics['watchCache'] {
  const caches = new Map<string, () => CacheReport>()
  const registers = [registry]
  new Gauge({
    name: 'alustan_cache_entries',
    help: 'Entries of a cache of the outside: fresh, stale (its newest refresh failed) or empty (never answered).',
    labelNames: ['cache', 'state'],
    registers,
    collect() {
      for (const [cache, read] of caches) {
        const { fresh, stale, empty } = read()
        for (const [state, number] of Object.entries({ fresh, stale, empty })) this.set({ cache, state }, number)
      }
    },
  })
  new Gauge({
    name: 'alustan_cache_oldest_seconds',
    help: 'Age of the oldest answer of a cache that is in use.',
    labelNames: ['cache'],
    registers,
    collect() {
      for (const [cache, read] of caches) this.set({ cache }, read().oldestSeconds)
    },
  })
  return (cache, read) => {
    caches.set(cache, read)
  }
}
