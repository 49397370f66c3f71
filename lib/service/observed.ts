import { z } from 'zod'
import { type KubernetesObject, type SyncRequest, childrenOf, isControlledBy, objectsOf } from '../metacontroller.js'
import { ANNOTATION, KIND, LABEL, previewSetName } from '../names.js'
import { Application } from './application.js'

/** What is there of a Service when a hook is called. */
export interface ObservedService {
  /** Our ApplicationSets by name. */
  readonly applicationSets: ReadonlyMap<string, KubernetesObject>
  /** Names of our ApplicationSets that somebody else's object has; undefined: not looked at. */
  readonly foreignNames: readonly string[] | undefined
  /** The Application of the main set; undefined: not looked at. */
  readonly applications: readonly Application[] | undefined
  /** The Applications of pull requests; undefined: not looked at. */
  readonly previewApplications: readonly Application[] | undefined
}

/** Sorts what Metacontroller sent by what it is to this Service. Throws what `childrenOf` throws. */
export function observeService(request: SyncRequest): ObservedService {
  const { parent, related } = request
  const sets = childrenOf(request, KIND.applicationSet)
  const foreign = objectsOf(related, KIND.applicationSet)?.filter(
    set => isOwnName(set, parent.metadata) && !isControlledBy(set, parent),
  )
  const applications = objectsOf(related, KIND.application)?.filter(
    ({ metadata }) =>
      metadata.namespace === parent.metadata.namespace && metadata.labels?.[LABEL.service] === parent.metadata.name,
  )
  return {
    applicationSets: new Map(sets.map(set => [set.metadata.name, set])),
    foreignNames: foreign?.map(set => set.metadata.name),
    applications: applications?.filter(object => !isPreview(object)).map(object => Application.parse(object)),
    previewApplications: applications?.filter(isPreview).map(object => Application.parse(object)),
  }
}

function isPreview({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[LABEL.preview] !== undefined
}

function isOwnName(set: KubernetesObject, { name, namespace }: { name: string; namespace: string }): boolean {
  return set.metadata.namespace === namespace && [name, previewSetName(name)].includes(set.metadata.name)
}

/** The image that an ApplicationSet of ours runs, as its annotation says. */
export function runningImage(set: KubernetesObject | undefined): string | undefined {
  return set?.metadata.annotations?.[ANNOTATION.image]
}

/** Why that image has a lower tag than one before, as it was told when it was chosen. */
export function imageNote(set: KubernetesObject | undefined): string | undefined {
  return set?.metadata.annotations?.[ANNOTATION.imageNote]
}

/** The tags that were gone from the registry when that image was chosen, as `loweredAgain` writes them. */
export function imageLoweredFrom(set: KubernetesObject | undefined): string | undefined {
  return set?.metadata.annotations?.[ANNOTATION.imageLoweredFrom]
}

const SetConditions = z
  .object({
    conditions: z
      .array(
        z.object({
          type: z.string(),
          status: z.string(),
          reason: z.string().default(''),
          message: z.string().default(''),
        }),
      )
      .default([])
      .catch([]),
  })
  .catch({ conditions: [] })

/** The conditions that Argo CD wrote into an ApplicationSet, sorted by type. */
export function applicationSetConditions(set: KubernetesObject | undefined) {
  return SetConditions.parse(set?.status ?? {}).conditions.sort((a, b) => (a.type < b.type ? -1 : 1))
}
