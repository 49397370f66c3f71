import type { FastifyPluginAsync } from 'fastify'
import { type Parent, parseParent, parseSyncRequest } from '../lib/metacontroller.js'
import { ANNOTATION } from '../lib/names.js'
import { wantedPreviews } from '../lib/preview/desired-previews.js'
import { previewsVersion } from '../lib/preview/preview-set.js'
import { runningPreviews } from '../lib/preview/running-previews.js'
import { desiredService } from '../lib/service/desired.js'
import type { ServiceSettings } from '../lib/service/facts.js'
import { finalizeService } from '../lib/service/finalize.js'
import { imageLoweredFrom } from '../lib/service/observed.js'
import { relatedToService } from '../lib/service/related.js'
import { type ServiceSituation, readService } from '../lib/service/situation.js'
import type { ServiceStatus } from '../lib/service/spec.js'
import type { Deps } from './app.js'
import { changeObserver } from './change-observer.js'
import { feedbackNotes, feedbackTarget } from './preview-feedback.js'
import { replyWithTag } from './reply-with-tag.js'
import { resyncAfterSeconds } from './resync.js'
import { steadyTimes } from './steady-times.js'
import { tugOfWar } from './tug-of-war.js'

/** The hooks of kind Service: parse, gather what the caches know, ask the core. */
export function serviceHooks(deps: Deps): FastifyPluginAsync {
  const { config } = deps
  const settings: ServiceSettings = {
    secretsNamespace: config.namespace,
    argoCdNamespace: config.argoCdNamespace,
    allowedProjects: config.allowedProjects,
    endpoints: config,
    resyncAfterSeconds: resyncAfterSeconds(config.appSyncSeconds),
    previewResyncAfterSeconds: resyncAfterSeconds(config.previewSyncSeconds),
  }
  const noteChange = changeObserver(deps.metrics)
  const isTugOfWar = tugOfWar(deps.now)
  const withSteadyTimes = steadyTimes()
  return async app => {
    app.post('/sync', async (request, reply) => {
      const situation = readService(parseSyncRequest(request.body), settings)
      const [scan, pullRequests] = await Promise.all([readScan(deps, situation), readPullRequests(deps, situation)])
      const { parent } = situation.request
      const told = feedbackTarget(parent, situation.spec.value)
      const feedbackFailure = told && deps.feedback?.failure(told)
      const facts = { now: deps.now(), scan, pullRequests, feedbackFailure }
      const answer = withSteadyTimes(parent, desiredService(situation, facts))
      tellPullRequests(deps, parent, answer.status)
      if (isTugOfWar(parent, answer.status)) return replyWithTag(request, reply, { ...answer, status: parent.status })
      noteChange(request.log, parent, answer.status)
      return replyWithTag(request, reply, answer)
    })
    app.post('/finalize', async request => {
      const finalize = parseSyncRequest(request.body)
      const answer = withSteadyTimes(finalize.parent, finalizeService(finalize, deps.now()))
      tellPullRequests(deps, finalize.parent, answer.status)
      noteChange(request.log, finalize.parent, answer.status)
      return answer
    })
    app.post('/customize', async ({ body }) => relatedToService(parseParent(body), config.namespace))
  }
}

/** What the cache knows of the Service's image; undefined when its spec names none that may be asked for. */
async function readScan({ config, scanner }: Deps, { request, spec, image, running, runningTag }: ServiceSituation) {
  if (image?.value === undefined || spec.value?.suspend === true) return undefined
  return scanner.read(image.value.repository, config.appSyncSeconds, {
    runningTag,
    loweredFrom: imageLoweredFrom(running),
    requestedAt: request.parent.metadata.annotations?.[ANNOTATION.requestedAt],
  })
}

/** What the cache knows of the pull requests that the Service wants copies for; undefined when it wants none. */
async function readPullRequests({ pullRequests }: Deps, situation: ServiceSituation) {
  const { spec, request } = situation
  const environment = wantedPreviews(spec.value)
  if (environment === undefined || spec.value?.suspend === true) return undefined
  const repository = { owner: environment.gitOwner, name: environment.gitRepo }
  const { namespace, name } = request.parent.metadata
  const version = previewsVersion(runningPreviews(situation).set)
  return pullRequests.read(repository, { service: `${namespace}/${name}`, version })
}

/** Notes what pull requests are to be told; it is written later, by the background. */
function tellPullRequests({ feedback }: Deps, parent: Parent, status: ServiceStatus): void {
  for (const note of feedbackNotes(parent, status)) feedback?.note(note)
}
