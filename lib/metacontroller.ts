import { z } from 'zod'

/** The fields of an object's metadata that are read; whatever else is there passes through. */
export const Metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
  finalizers: z.array(z.string()).nullish(),
  ownerReferences: z.array(z.looseObject({ uid: z.string(), controller: z.boolean().nullish() })).nullish(),
})
export type Metadata = z.infer<typeof Metadata>

/** Any Kubernetes object. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: Metadata
  [field: string]: unknown
}

/**
 * Whether something is an object of the API. The API server has checked the rest of its metadata, and these are the
 * most part of every request: reading them field by field would take a third of a hook's time.
 */
function isKubernetesObject(thing: unknown): thing is KubernetesObject {
  if (typeof thing !== 'object' || thing === null) return false
  const { apiVersion, kind, metadata } = thing as Partial<KubernetesObject>
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    typeof metadata === 'object' &&
    typeof (metadata as Metadata | null)?.name === 'string'
  )
}

/**
 * Observed objects as hook version v2 sends them: by `Kind.apiVersion` (`ApplicationSet.argoproj.io/v1alpha1`,
 * `Secret.v1`), then by `namespace/name`. A kind that was asked for and has no object is there with an empty map; a
 * kind that is not there at all was not looked at.
 */
export const ObjectMap = z.record(z.string(), z.record(z.string(), z.custom<KubernetesObject>(isKubernetesObject)))
export type ObjectMap = z.infer<typeof ObjectMap>

/** The parent as it arrives; its spec is checked by its kind's own schema, so that a bad one can be answered. */
export const Parent = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: Metadata.extend({ namespace: z.string(), uid: z.string().default('') }),
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
})
export type Parent = z.infer<typeof Parent>

/** What `sync` and `finalize` are sent (hook version v2). */
export const SyncRequest = z.object({
  parent: Parent,
  children: ObjectMap.default({}),
  related: ObjectMap.default({}),
  finalizing: z.boolean().default(false),
})
export type SyncRequest = z.infer<typeof SyncRequest>

/** What `customize` is sent. */
export const CustomizeRequest = z.object({ parent: Parent })
export type CustomizeRequest = z.infer<typeof CustomizeRequest>

/** A child as it is wanted: Metacontroller refuses an answer with anything else beside these lists. */
export interface DesiredChild {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    finalizers?: string[]
  }
  [field: string]: unknown
}

/** The answer of `sync`: exactly these fields. A child left out of a 200 answer is deleted. */
export interface SyncResponse<Status = unknown> {
  status: Status
  children: DesiredChild[]
  /** 0: only when something changes. */
  resyncAfterSeconds: number
}

/** The answer of `finalize`. With `finalized: true` the last status and the children go in the same moment. */
export interface FinalizeResponse<Status = unknown> extends SyncResponse<Status> {
  finalized: boolean
}

/** One rule of a `customize` answer: by names, or by labels. `names: []` would select every object of the kind. */
export interface RelatedRule {
  apiVersion: string
  resource: string
  namespace: string
  names?: string[]
  labelSelector?: {
    matchLabels?: Record<string, string>
    matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
  }
}

/** The answer of `customize`. */
export interface CustomizeResponse {
  relatedResources: RelatedRule[]
}

/** The objects of one kind, sorted by name: undefined when the kind was not looked at at all. */
export function objectsOf(map: ObjectMap, kindAndVersion: string): KubernetesObject[] | undefined {
  const objects = map[kindAndVersion]
  if (objects === undefined) return undefined
  return Object.keys(objects)
    .sort()
    .map(key => objects[key])
    .filter(object => object !== undefined)
}

/** Whether `owner` is the controller of `object`, by the owner reference that Metacontroller writes. */
export function isOwnedBy(object: KubernetesObject, owner: Parent): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid)
}
