import type { FastifyBaseLogger, FastifyPluginAsync } from 'fastify'
import type { Config } from '../lib/config.js'
import { parseParent, parseSyncRequest } from '../lib/metacontroller.js'
import { ANNOTATION } from '../lib/names.js'
import { pullConfig } from '../lib/registry/pull-config.js'
import { desiredTerraform } from '../lib/terraform/desired.js'
import type { TerraformFacts, TerraformSettings } from '../lib/terraform/facts.js'
import { finalizeTerraform } from '../lib/terraform/finalize.js'
import { relatedToTerraform } from '../lib/terraform/related.js'
import { type Run, isActive } from '../lib/terraform/runs.js'
import { type TerraformSituation, outputId, readTerraform } from '../lib/terraform/situation.js'
import type { TerraformStatus } from '../lib/terraform/spec.js'
import type { Deps } from './app.js'
import { changeObserver } from './change-observer.js'
import { replyWithTag } from './reply-with-tag.js'
import { resyncAfterSeconds } from './resync.js'
import { runObserver } from './run-observer.js'
import { steadyTimes } from './steady-times.js'
import { tugOfWar } from './tug-of-war.js'

/** The hooks of kind Terraform: parse, gather what caches and pods tell, ask the core. */
export function terraformHooks(deps: Deps): FastifyPluginAsync {
  const { config } = deps
  const settings: TerraformSettings = {
    endpoints: config,
    resyncAfterSeconds: resyncAfterSeconds(config.infraSyncSeconds),
    copyRegistrySecret: config.copyRegistrySecret,
  }
  const noteChange = changeObserver(deps.metrics)
  const noteRun = runObserver(deps.metrics)
  const isTugOfWar = tugOfWar(deps.now)
  const withSteadyTimes = steadyTimes()
  const note = (log: FastifyBaseLogger, situation: TerraformSituation, status: TerraformStatus): void => {
    noteRun(log, situation, status.run)
    noteChange(log, situation.request.parent, status)
  }
  return async app => {
    app.post('/sync', async (request, reply) => {
      const situation = readTerraform(parseSyncRequest(request.body), settings)
      const { parent } = situation.request
      const facts = await gatherFacts(deps, situation)
      const answer = withSteadyTimes(parent, desiredTerraform(situation, facts))
      // The run that a request asks for begins with the tag that the scan of the same request finds.
      const isHeld = facts.scan?.isAwaited === true && announcesRun(situation, answer.status)
      if (isHeld || isTugOfWar(parent, answer.status)) {
        return replyWithTag(request, reply, { ...answer, status: parent.status })
      }
      note(request.log, situation, answer.status)
      return replyWithTag(request, reply, answer)
    })
    app.post('/finalize', async request => {
      const situation = readTerraform(parseSyncRequest(request.body), settings)
      const facts = { ...(await gatherFacts(deps, situation)), scan: undefined }
      const answer = withSteadyTimes(situation.request.parent, finalizeTerraform(situation, facts))
      note(request.log, situation, answer.status)
      return answer
    })
    app.post('/customize', async ({ body }) => relatedToTerraform(parseParent(body)))
  }
}

async function gatherFacts(deps: Deps, situation: TerraformSituation): Promise<TerraformFacts> {
  const { config, scanner, runReader } = deps
  const { request, spec, image, runningTag, loweredFrom, isAnnounced, active, inspected, unread } = situation
  const { metadata } = request.parent
  const isScanned = image?.value !== undefined && !request.finalizing && spec.value?.suspend !== true
  const requestedAt = metadata.annotations?.[ANNOTATION.requestedAt]
  const question = { runningTag, loweredFrom, requestedAt }
  const [scan, pods, output, live, pullConfig] = await Promise.all([
    isScanned ? scanner.read(image.value.repository, scanSeconds(config, situation), question) : undefined,
    inspected && runReader.pods(runName(situation, inspected)),
    unread && runReader.output(runName(situation, unread)),
    isAnnounced && active === undefined ? runReader.livePods(metadata.namespace, metadata.name) : undefined,
    findPullConfig(deps, situation),
  ])
  const podFailure = pods?.failure ?? output?.failure ?? live?.failure
  // Whom nobody lets look for live pods goes by what Metacontroller sees, and says so.
  const leftovers = live?.failure?.reason === 'PodsForbidden' ? [] : live?.value
  return { now: deps.now(), scan, pods: pods?.value, output: output?.value, leftovers, podFailure, pullConfig }
}

/** A tag, or a cure of the registry, that is waited for is looked for as often as a Service's. */
function scanSeconds({ appSyncSeconds, infraSyncSeconds }: Config, { previous }: TerraformSituation): number {
  const isUnresolved = previous.conditions.some(({ type, status }) => type === 'ImageResolved' && status === 'False')
  return isUnresolved ? Math.min(appSyncSeconds, infraSyncSeconds) : infraSyncSeconds
}

/** Whether a status announces a run that is not announced yet, where there is an older status to keep. */
function announcesRun({ previous }: TerraformSituation, { run }: TerraformStatus): boolean {
  return previous.state !== undefined && run?.requestedAt !== undefined && run.job !== previous.run?.job
}

function runName({ request }: TerraformSituation, run: Run) {
  const { namespace } = request.parent.metadata
  const id = `${namespace}/${outputId(run)}@${run.job.metadata.uid ?? run.createdAt}`
  return { namespace, job: run.name, id, isActive: isActive(run) }
}

async function findPullConfig(
  { config, credentials }: Deps,
  { image }: TerraformSituation,
): Promise<string | undefined> {
  if (!config.copyRegistrySecret || image?.value === undefined) return undefined
  // A mirror may be asked for tags; nodes pull by the reference.
  const { registry, path } = image.value.repository
  const found = await credentials(registry, path)
  return found === undefined || found.kind === 'helper' ? undefined : pullConfig(registry, found)
}
