import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { type Config, parseConfig } from '../lib/config.js'
import { AlustanError } from '../lib/errors.js'
import { createGitHubClient } from '../lib/github/client.js'
import { createFeedback } from '../lib/github/create-feedback.js'
import { createPullRequestLister } from '../lib/github/pull-request-lister.js'
import { gitHubToken } from '../lib/github/token.js'
import { apiURL, kubernetesApi } from '../lib/kubernetes/api.js'
import { blindRunReader, createRunReader } from '../lib/kubernetes/run-reader.js'
import { systemClock } from '../lib/refresh/clock.js'
import { imageScanner, registryCredentials } from '../lib/registry/image-scanner.js'
import { rfc3339 } from '../lib/rfc3339.js'
import { buildApp } from './app.js'
import { listingLog } from './listing-log.js'
import { buildMetrics } from './metrics.js'
import { scanLog } from './scan-log.js'

/** How long the listener stays open after SIGTERM, so that calls already routed to this process still find it. */
const DRAIN_MS = 1000

/** Reads the environment; on a bad one it says so in a line and ends the process. */
function readConfig(): Config {
  try {
    return parseConfig(process.env)
  } catch (cause) {
    if (!(cause instanceof AlustanError)) throw cause
    process.stderr.write(`alustan: ${cause.message}\n`)
    process.exit(1)
  }
}

const config = readConfig()
const logger = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime })
const metrics = buildMetrics()
const logFault = (fault: AlustanError) => {
  logger.error({ reason: fault.reason }, fault.message)
}
const credentials = registryCredentials(config, logFault)
const scanner = imageScanner(config, credentials, metrics.observeRegistryRequest, scanLog(logger))
metrics.watchCache('registry', () => scanner.cached())
const gitHub = createGitHubClient({
  fetch,
  now: systemClock.now,
  apiUrl: config.githubApiUrl,
  token: gitHubToken(config, logFault),
  onRequest: metrics.observeGitHubRequest,
})
const pullRequests = createPullRequestLister({
  client: gitHub,
  intervalSeconds: config.previewSyncSeconds,
  onListing: listingLog(logger),
})
metrics.watchCache('github', () => pullRequests.cached())
const feedback = createFeedback({
  client: gitHub,
  onFailure: ({ reason, message, cause }) => {
    logger.warn(
      { reason, message, ...(reason === 'InternalError' && { err: cause }) },
      'feedback in pull requests fails',
    )
  },
})
const kubernetes = apiURL(config.kubernetesApiUrl, process.env)
let isStopping = false
const app = await buildApp({
  config,
  scanner,
  pullRequests,
  feedback,
  runReader: config.readPodLogs
    ? createRunReader(kubernetes === undefined ? undefined : kubernetesApi(kubernetes), () => performance.now())
    : blindRunReader,
  credentials,
  metrics,
  logger,
  now: () => rfc3339(Date.now()),
  isReady: () => !isStopping,
})

closeWithGrace({ delay: 9000, logger }, async ({ err }) => {
  if (err !== undefined) logger.fatal({ err }, 'stops after an error that nothing caught')
  isStopping = true
  await new Promise(resolve => setTimeout(resolve, DRAIN_MS))
  scanner.close()
  pullRequests.close()
  feedback.close()
  await app.close()
})

await app.listen({ port: config.port, host: '::' })
