import bearerAuth from '@fastify/bearer-auth'
import underPressure from '@fastify/under-pressure'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify'
import type { Config } from '../lib/config.js'
import type { Feedback } from '../lib/github/feedback-note.js'
import type { PullRequestLister } from '../lib/github/pull-requests.js'
import { InvalidRequest } from '../lib/metacontroller.js'
import type { RunReader } from '../lib/kubernetes/run-reader.js'
import type { FindCredentials } from '../lib/registry/image-scanner.js'
import type { ImageScanner } from '../lib/registry/scan.js'
import { limitInFlight } from './limit-in-flight.js'
import type { Metrics } from './metrics.js'
import { serviceHooks } from './service.js'
import { terraformHooks } from './terraform.js'

/** All that the hooks reach beyond a request: put in from outside, so that tests and the command line put in theirs. */
export interface Deps {
  config: Config
  scanner: ImageScanner
  pullRequests: PullRequestLister
  /** Tells pull requests of their copies; left out: nobody does. */
  feedback?: Feedback
  /** Credentials of registries: a Terraform gets those of its own. */
  credentials: FindCredentials
  runReader: RunReader
  metrics: Metrics
  logger: FastifyBaseLogger
  /** The time as RFC 3339 in whole seconds; only `lastTransitionTime` is made of it. */
  now: () => string
  /** Whether the server still wants traffic; false from SIGTERM on. */
  isReady: () => boolean
}

/** Largest request: a parent with thousands of children stays below. */
const BODY_LIMIT = 16 * 1024 * 1024

/** Above this delay of the event loop a hook would miss Metacontroller's timeout of 10 s for sure. */
const MAX_EVENT_LOOP_DELAY_MS = 3000

const BAD_TOKEN = 'the hook token is missing or wrong; see HOOK_TOKEN'

const REFUSALS: Partial<Record<number, string>> = {
  404: 'there is no such route',
  413: 'the body is larger than 16 MiB',
  415: 'the content type is not application/json',
}

/** Builds the HTTP interface; it never listens. Error bodies are fixed texts, since they end in Events. */
export async function buildApp(deps: Deps): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    // Longer than Metacontroller's client keeps an idle connection (90 s): otherwise we close it under a request.
    keepAliveTimeout: 100_000,
    requestTimeout: 30_000,
    return503OnClosing: false,
    // Keys such as __proto__ are data here; nothing is ever merged into an object.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  })
  app.setErrorHandler(refuse)
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: REFUSALS[404] }))
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (!deps.isReady()) reply.header('connection', 'close')
    done()
  })
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) =>
    deps.isReady() ? { status: 'ok' } : reply.code(503).send({ status: 'stopping' }),
  )
  app.get('/metrics', async (_request, reply) => reply.type(deps.metrics.contentType).send(await deps.metrics.text()))
  await app.register(async hooks => {
    await guardHooks(hooks, deps)
    await hooks.register(serviceHooks(deps), { prefix: '/services' })
    await hooks.register(terraformHooks(deps), { prefix: '/terraforms' })
  })
  return app
}

async function guardHooks(hooks: FastifyInstance, { config, metrics }: Deps): Promise<void> {
  limitInFlight(hooks, refuseForNow)
  if (config.hookToken !== undefined) {
    await hooks.register(bearerAuth, {
      keys: new Set([config.hookToken]),
      errorResponse: () => ({ error: BAD_TOKEN }),
    })
  }
  await hooks.register(underPressure, {
    maxEventLoopDelay: MAX_EVENT_LOOP_DELAY_MS,
    pressureHandler: (_request, reply) => {
      void refuseForNow(reply)
    },
  })
  hooks.addHook('onResponse', (request, reply, done) => {
    const [, kind = '', hook = ''] = (request.routeOptions.url ?? '').split('/')
    metrics.observeHook({ kind, hook, code: reply.statusCode, seconds: reply.elapsedTime / 1000 })
    done()
  })
}

/** The Retry-After is a whole number of at least 1: Metacontroller asks again at once after any other. */
function refuseForNow(reply: FastifyReply): FastifyReply {
  return reply.code(429).header('retry-after', '2').send({ error: 'too many requests at the moment' })
}

function refuse(error: FastifyError | InvalidRequest, _request: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof InvalidRequest) return reply.code(400).send({ error: error.message })
  const code = error.statusCode ?? 500
  if (code < 500) return reply.code(code).send({ error: REFUSALS[code] ?? new InvalidRequest().message })
  reply.log.error({ err: error }, 'a hook failed')
  return reply.code(500).send({ error: 'internal error; the log of alustan says more' })
}
