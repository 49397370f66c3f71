import type { Verdict } from '../conditions.js'
import { type AlustanError, attempt } from '../errors.js'
import { type ImageOutcome, resolveImage } from '../image.js'
import type { SyncRequest } from '../metacontroller.js'
import { type Element, helmValues } from './application-set.js'
import type { ServiceFacts } from './facts.js'
import { rememberByObject } from '../remember-by-object.js'
import { retagValues } from './retag-values.js'
import type { ServiceSituation } from './situation.js'
import { allowedProject, resolveSource } from './source.js'
import type { ServiceSpec, Source } from './spec.js'
import { imageLoweredFrom, imageNote } from './observed.js'

/** What a Service should run; `element` is undefined when there are failures or something is not known yet. */
export interface Plan {
  readonly element: Element | undefined
  /** Reference of the image with the tag to deploy. */
  readonly image: string | undefined
  readonly imageNote: string | undefined
  readonly imageLoweredFrom: string | undefined
  readonly project: string | undefined
  /** The source with the workspace's values and the image as its author wrote it: what copies are made of. */
  readonly source: (Source & { readonly cluster: string }) | undefined
  /** The tag to deploy. */
  readonly tag: string | undefined
  readonly failures: readonly AlustanError[]
  readonly verdicts: readonly Verdict[]
}

// Nearly every call is about the same values and tag as the one before.
const retag = rememberByObject(retagValues)
const textOf = rememberByObject(helmValues)

/** Computes what to run from spec, workspace and image; tells every failure, not only the first. */
export function planService(situation: ServiceSituation, spec: ServiceSpec, { scan }: ServiceFacts): Plan {
  const { request, settings, running, runningTag } = situation
  const project = attempt(() => allowedProject(spec, settings))
  const source = attempt(() => resolveSource(request, spec, settings))
  const image = situation.image?.value
  const outcome =
    image &&
    resolveImage(image, scan, { tag: runningTag, note: imageNote(running), loweredFrom: imageLoweredFrom(running) })
  const failures = [project.failure, source.failure, situation.image?.failure, outcome?.failure].filter(
    failure => failure !== undefined,
  )
  const verdicts = [workspaceVerdict(spec, source.failure), ...imageVerdicts(outcome, situation.image?.failure)]
  const nothing = {
    element: undefined,
    image: undefined,
    imageNote: undefined,
    imageLoweredFrom: undefined,
    project: project.value,
    source: source.value,
    tag: outcome?.tag,
    failures,
    verdicts,
  }
  if (failures.length > 0 || source.value === undefined) return nothing
  if (image === undefined) return { ...nothing, element: elementOf(request, spec, source.value) }
  if (outcome?.tag === undefined) return nothing
  const { repository } = image
  const { values, isReferenced } = retag(source.value.values, repository, outcome.tag)
  return {
    ...nothing,
    element: elementOf(request, spec, { ...source.value, values }),
    image: `${repository.name}:${outcome.tag}`,
    imageNote: outcome.note,
    imageLoweredFrom: outcome.loweredFrom,
    verdicts: [...verdicts, referenceVerdict(isReferenced, repository.name)],
  }
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
    values: textOf(source.values),
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

function imageVerdicts(outcome: ImageOutcome | undefined, failure: AlustanError | undefined): readonly Verdict[] {
  if (outcome !== undefined) return outcome.verdicts
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
        message: `no value of spec.source.values is the image '${name}', so its tag has no effect; name it there, such as in 'image' or 'repository'`,
      }
}
