/** A reference to the owner of an object, as Kubernetes writes it. */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** The metadata that the engine reads or writes; whatever else is there passes through. */
export interface ObjectMetadata {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: OwnerReference[]
  [field: string]: unknown
}

/** Any object of the API. */
export interface ApiObject {
  apiVersion: string
  kind: string
  metadata: ObjectMetadata
  [field: string]: unknown
}

/** What the API server's discovery says of one kind. */
export interface Resource {
  apiVersion: string
  /** Plural, as in URLs: `jobs`. */
  resource: string
  kind: string
  namespaced: boolean
  /** Whether `status` is written by itself, and a plain update leaves it alone. */
  hasStatus: boolean
}

/** A kind, named by its plural or by its kind. */
export type ResourceName = { apiVersion: string; resource: string } | { apiVersion: string; kind: string }

/** Where an object is; cluster-scoped ones have no namespace. */
export interface ObjectName {
  name: string
  namespace?: string | undefined
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

export interface ListOptions {
  namespace?: string
  labelSelector?: LabelSelector
}

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

export interface DeleteOptions {
  /** Without it the kind's own default counts: Orphan for Jobs, Background for everything else. */
  propagation?: Propagation
  /** Refuse with a conflict when the object of that name has another uid. */
  uid?: string
  /** 0 removes a Pod at once. */
  gracePeriodSeconds?: number
}

export interface ApplyOptions {
  fieldManager: string
  dryRun?: boolean
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** With DELETED: the object as it was last. Not to be changed by the one who gets it. */
  object: ApiObject
}

/** Who watches a kind: `listed` comes first and again after each gap, `changed` in between, in order of the writes. */
export interface Observer {
  listed(objects: readonly ApiObject[]): void
  changed(event: WatchEvent): void
}

/**
 * The little of a Kubernetes API server that the engine needs. All writes throw `ApiError`; objects that are given are
 * not changed, objects that `get`, `list` and the writes return belong to the caller.
 */
export interface Cluster {
  findResource(name: ResourceName): Promise<Resource | undefined>
  list(resource: Resource, options?: ListOptions): Promise<ApiObject[]>
  get(resource: Resource, name: ObjectName): Promise<ApiObject | undefined>
  create(resource: Resource, object: ApiObject): Promise<ApiObject>
  /** Replaces all but `status` (where that is written by itself); a stale `resourceVersion` is a conflict. */
  update(resource: Resource, object: ApiObject): Promise<ApiObject>
  updateStatus(resource: Resource, object: ApiObject): Promise<ApiObject>
  delete(resource: Resource, name: ObjectName, options?: DeleteOptions): Promise<void>
  /** Server-side apply that takes over conflicting fields. */
  apply(resource: Resource, object: ApiObject, options: ApplyOptions): Promise<ApiObject>
  /** Watches all namespaces until the returned function is called. */
  watch(resource: Resource, observer: Observer): () => void
}

/** A request that the API server refused; `status` is the HTTP status: 404, 409, 422 and so on. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** The API server's word: `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`. */
  readonly reason: string

  constructor(status: number, reason: string, message: string) {
    super(message)
    this.status = status
    this.reason = reason
  }
}

/** Whether something thrown is the API server's refusal with that reason. */
export function isApiError(thrown: unknown, reason: 'NotFound' | 'AlreadyExists' | 'Conflict'): boolean {
  return thrown instanceof ApiError && thrown.reason === reason
}

/** `namespace/name`, or the name alone of a cluster-scoped object: as hook version v2 keys objects. */
export function objectKey({ namespace, name }: ObjectName): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

/** `Kind.group/version`, as hook version v2 names a kind. */
export function kindKey({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return `${kind}.${apiVersion}`
}
