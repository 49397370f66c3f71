import { AlustanError, type Attempt, attempt } from '../errors.js'
import { type ImageRequest, imageRequest, tagOf } from '../image.js'
import { type KubernetesObject, type SyncRequest, childrenOf, isControlledBy, notObserved } from '../metacontroller.js'
import { ANNOTATION, KIND } from '../names.js'
import { rememberByJson } from '../remember-by-text.js'
import { specFailure } from '../spec-failure.js'
import type { TerraformFacts, TerraformSettings } from './facts.js'
import { type PreviousStatus, readPrevious } from './previous.js'
import { loweredAgain } from '../registry/lowering.js'
import { compareTags, parseTag } from '../registry/tag.js'
import type { WantedRun } from './input.js'
import { childNames } from './related.js'
import { type Run, isActive, readRuns } from './runs.js'
import { TerraformSpec } from './spec.js'

/** A request, read once: what the hook needs to gather the facts, and the core to decide. */
export interface TerraformSituation {
  readonly request: SyncRequest
  readonly settings: TerraformSettings
  readonly spec: Attempt<TerraformSpec>
  readonly previous: PreviousStatus
  /** Our Jobs, the newest last. */
  readonly runs: readonly Run[]
  readonly active: Run | undefined
  readonly outputMap: KubernetesObject | undefined
  readonly pullSecret: KubernetesObject | undefined
  /** Why the child with a name of its own cannot be written: somebody else has the name, or that is not known. */
  readonly obstacles: Readonly<Record<'output' | 'pullSecret', AlustanError | undefined>>
  readonly image: Attempt<ImageRequest> | undefined
  readonly runningTag: string | undefined
  /** Whether a run is announced of which no Job is observed: it may be made already. */
  readonly isAnnounced: boolean
  /** The tag of that run. */
  readonly announcedTag: string | undefined
  /** Tags that ran before and were gone from the registry, as `loweredAgain` writes them. */
  readonly loweredFrom: string | undefined
  /** The run whose pods tell why it does not go on or failed: the active one, or the newest if it failed. */
  readonly inspected: Run | undefined
  /** The newest postDeploy that succeeded and whose output is not recorded. */
  readonly unread: Run | undefined
}

const parseSpec = rememberByJson((spec: unknown): Attempt<TerraformSpec> => {
  const { data, error } = TerraformSpec.safeParse(spec)
  return data === undefined ? { failure: specFailure(error) } : { value: data }
})

/** Reads a request. A bad spec is part of the answer. Throws what `childrenOf` throws. */
export function readTerraform(request: SyncRequest, settings: TerraformSettings): TerraformSituation {
  const { parent } = request
  const spec = parseSpec(parent.spec)
  const registry = spec.value?.containerRegistry
  const image = registry && attempt(() => imageRequest(registry, settings.endpoints))
  const previous = readPrevious(parent.status)
  const runs = readRuns(request)
  const names = childNames(parent.metadata.name)
  const outputMap = childrenOf(request, KIND.configMap).find(({ metadata }) => metadata.name === names.output)
  const pullSecret = childrenOf(request, KIND.secret).find(({ metadata }) => metadata.name === names.pullSecret)
  const active = runs.findLast(isActive)
  const deployed = runs.findLast(({ step }) => step === 'deploy')
  const reported = runs.findLast(({ step }) => step === 'postdeploy')
  const isAnnounced = previous.run?.requestedAt !== undefined && !runs.some(({ name }) => name === previous.run?.job)
  const announcedTag = isAnnounced && image?.value ? tagOf(previous.run.image, image.value.repository) : undefined
  const loweredFrom = deployed?.job.metadata.annotations?.[ANNOTATION.imageLoweredFrom]
  const deployedTag = image?.value && tagOf(deployed?.image ?? previous.image, image.value.repository)
  return {
    request,
    settings,
    spec,
    previous,
    runs,
    active,
    inspected: active ?? (runs.at(-1)?.outcome === 'failed' ? runs.at(-1) : undefined),
    outputMap,
    pullSecret,
    obstacles: {
      output:
        outputMap === undefined
          ? obstacle(request, { kind: 'ConfigMap', group: KIND.configMap, name: names.output })
          : undefined,
      pullSecret:
        pullSecret === undefined
          ? obstacle(request, { kind: 'Secret', group: KIND.secret, name: names.pullSecret })
          : undefined,
    },
    image,
    isAnnounced,
    announcedTag,
    // What is announced counts before it is made: another replica may not know its tag yet.
    runningTag: announcedTag ?? deployedTag,
    loweredFrom:
      deployedTag !== undefined && isLower(announcedTag, deployedTag)
        ? loweredAgain(loweredFrom, deployedTag)
        : loweredFrom,
    unread: reported?.outcome === 'succeeded' && !isRecorded(reported, outputMap) ? reported : undefined,
  }
}

function isLower(tag: string | undefined, than: string | undefined): boolean {
  const [low, high] = [tag, than].map(text => (text === undefined ? undefined : parseTag(text)))
  return low !== undefined && high !== undefined && compareTags(low, high) < 0
}

/** How long a run is announced in status before its Job is made: far longer than watches lag behind. */
const ANNOUNCE_SECONDS = 2

/**
 * `status.run` of a run that is to begin, and whether its Job may be made. It is announced first: a Job that was made
 * just before and is not observed yet is seen by then, so that two never run; and a pod whose Job is gone ends first.
 * The time is that of the first announcement; clocks of replicas that differ shorten the wait and never make it endless.
 */
export function announcedRun(
  { previous }: TerraformSituation,
  { name: job, input }: WantedRun,
  { now, leftovers }: TerraformFacts,
) {
  const before = previous.run?.job === job ? previous.run.requestedAt : undefined
  const run = { job, phase: 'Pending' as const, requestedAt: before ?? now, image: input.image }
  const seconds = Math.abs(Date.parse(now) - Date.parse(run.requestedAt)) / 1000
  const isDue = before !== undefined && !(seconds < ANNOUNCE_SECONDS) && leftovers?.length === 0
  const start = `starts run '${job}'`
  const message = leftovers?.length
    ? `${start} once pod '${leftovers.join("', '")}' of an earlier run has ended`
    : start
  return { run, isDue, message, waitSeconds: ANNOUNCE_SECONDS }
}

/** Whether a run is known never to have started a container: it has made nothing, and may never end by itself. */
export function hasNeverStarted(
  { inspected }: TerraformSituation,
  run: Run,
  { pods }: Pick<TerraformFacts, 'pods'>,
): boolean {
  return run === inspected && pods?.hasStarted === false && !run.hasFailedPods
}

/** What a ConfigMap of outputs says which run they are of; a run again of the same name ends at another time. */
export function outputId({ name, endedAt }: Run): string {
  return `${name}@${endedAt}`
}

/** Whether the outputs of a run, or what is wrong with them, are kept already. */
export function isRecorded(run: Run, outputMap: KubernetesObject | undefined): boolean {
  return outputMap?.metadata.annotations?.[ANNOTATION.outputOf] === outputId(run)
}

function obstacle(
  { parent, related }: SyncRequest,
  { kind, group, name }: { kind: string; group: string; name: string },
): AlustanError | undefined {
  const objects = related[group]
  if (objects === undefined) return notObserved(group)
  const object = objects[`${parent.metadata.namespace}/${name}`]
  if (object === undefined || isControlledBy(object, parent)) return undefined
  return new AlustanError(
    'NameConflict',
    `${kind} '${name}' belongs to somebody else, so it is not written; rename this Terraform or remove it`,
  )
}
