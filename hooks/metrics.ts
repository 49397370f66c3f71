import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** One finished call of a hook. */
export interface HookCall {
  kind: string
  hook: string
  code: number
  seconds: number
}

/** The server's Prometheus metrics. */
export interface Metrics {
  contentType: string
  text: () => Promise<string>
  observeHook: (call: HookCall) => void
  observeRegistryRequest: (request: { host: string; code: string }) => void
}

/** Builds metrics with a registry of their own, so that several servers can live in one process. */
export function buildMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const hooks = new Histogram({
    name: 'alustan_hook_duration_seconds',
    help: 'Duration of hook calls.',
    labelNames: ['kind', 'hook', 'code'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [registry],
  })
  const registryRequests = new Counter({
    name: 'alustan_registry_requests_total',
    help: 'Requests to image registries by host and HTTP status, or the reason why none came.',
    labelNames: ['host', 'code'],
    registers: [registry],
  })
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observeHook: ({ kind, hook, code, seconds }) => {
      hooks.observe({ kind, hook, code }, seconds)
    },
    observeRegistryRequest: labels => {
      registryRequests.inc(labels)
    },
  }
}
