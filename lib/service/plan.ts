import type { Verdict } from '../conditions.js'
import { type AlustanError, attempt } from '../errors.js'
import { type ImageOutcome, type ImageRequest, imageRequest, resolveImage, tagOf } from '../image.js'
import type { KubernetesObject, SyncRequest } from '../metacontroller.js'
import { type Element, helmValues } from './application-set.js'
import type { ServiceFacts } from './facts.js'
import { retagValues } from './retag-values.js'
import { allowedProject, resolveSource } from './source.js'
import type { ServiceSpec, Source } from './spec.js'
import { imageNote, runningImage } from './observed.js'

/** What a Service should run; `element` is undefined when there are failures or something is not known yet. */
export interface Plan {
  readonly element: Element | undefined
  /** Reference of the image with the tag to deploy. */
  readonly image: string | undefined
  readonly imageNote: string | undefined
  readonly project: string | undefined
  readonly failures: readonly AlustanError[]
  readonly verdicts: readonly Verdict[]
}

/** Computes what to run from spec, workspace and image; tells every failure, not only the first. */
export function planService(
  request: SyncRequest,
  spec: ServiceSpec,
  facts: ServiceFacts,
  running: KubernetesObject | undefined,
): Plan {
  const project = attempt(() => allowedProject(spec, facts.settings))
  const source = attempt(() => resolveSource(request, spec, facts.settings))
  const image = attempt(() => planImage(spec, facts, running))
  const failures = [project.failure, source.failure, image.failure, image.value?.outcome.failure].filter(
    failure => failure !== undefined,
  )
  const verdicts = [workspaceVerdict(spec, source.failure), ...imageVerdicts(image.value, image.failure)]
  const nothing = {
    element: undefined,
    image: undefined,
    imageNote: undefined,
    project: project.value,
    failures,
    verdicts,
  }
  if (failures.length > 0 || source.value === undefined) return nothing
  if (image.value === undefined) return { ...nothing, element: elementOf(request, spec, source.value) }
  const { repository } = image.value.request
  const { tag } = image.value.outcome
  if (tag === undefined) return nothing
  const { values, isReferenced } = retagValues(source.value.values, repository, tag)
  return {
    ...nothing,
    element: elementOf(request, spec, { ...source.value, values }),
    image: `${repository.name}:${tag}`,
    imageNote: image.value.outcome.note,
    verdicts: [...verdicts, referenceVerdict(isReferenced, repository.name)],
  }
}

interface PlannedImage {
  readonly request: ImageRequest
  readonly outcome: ImageOutcome
}

function planImage(
  { containerRegistry }: ServiceSpec,
  { scan, settings }: ServiceFacts,
  running: KubernetesObject | undefined,
): PlannedImage | undefined {
  if (containerRegistry === undefined) return undefined
  const request = imageRequest(containerRegistry, settings.endpoints)
  const tag = tagOf(runningImage(running), request.repository)
  return { request, outcome: resolveImage(request, scan, { tag, note: imageNote(running) }) }
}

function elementOf({ parent }: SyncRequest, spec: ServiceSpec, source: Source & { cluster: string }): Element {
  const { name, namespace } = parent.metadata
  return {
    name,
    cluster: source.cluster,
    namespace: spec.targetNamespace ?? namespace,
    repoURL: source.repoURL,
    path: source.path,
    targetRevision: source.targetRevision,
    releaseName: source.releaseName ?? name,
    values: helmValues(source.values),
  }
}

function workspaceVerdict({ workspace }: ServiceSpec, failure: AlustanError | undefined): Verdict {
  const type = 'WorkspaceResolved'
  return failure === undefined
    ? {
        type,
        status: 'True',
        reason: 'Resolved',
        message: `every value of workspace '${workspace}' that is used exists`,
      }
    : { type, status: 'False', reason: failure.reason, message: failure.message }
}

function imageVerdicts(image: PlannedImage | undefined, failure: AlustanError | undefined): readonly Verdict[] {
  if (image !== undefined) return image.outcome.verdicts
  return failure === undefined
    ? []
    : [{ type: 'ImageResolved', status: 'False', reason: failure.reason, message: failure.message }]
}

function referenceVerdict(isReferenced: boolean, name: string): Verdict {
  const type = 'ImageReferenced'
  return isReferenced
    ? { type, status: 'True', reason: 'Referenced', message: `the values name '${name}'` }
    : {
        type,
        status: 'False',
        reason: 'NotReferenced',
        message: `no value of spec.source.values is '${name}', so its tag has no effect; name the image there, with or without a tag`,
      }
}
