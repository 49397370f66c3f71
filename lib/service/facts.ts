import type { AlustanError } from '../errors.js'
import type { Endpoints } from '../registry/reference.js'
import type { PullRequestList } from '../github/pull-requests.js'
import type { Scan } from '../registry/scan.js'

/** What the installation decides for every Service. */
export interface ServiceSettings {
  /** Namespace of the workspaces' Secrets. */
  readonly secretsNamespace: string
  /** Argo CD's own: it names Applications there in another way. */
  readonly argoCdNamespace: string
  /** Argo CD projects that may be named; the first is the default. */
  readonly allowedProjects: readonly [string, ...string[]]
  readonly endpoints: Endpoints
  /** How long until Metacontroller asks again though nothing changed: that is how a new tag is noticed. */
  readonly resyncAfterSeconds: number
  /** The same for new pull requests, where copies are wanted. */
  readonly previewResyncAfterSeconds: number
}

/** What the core must be told beside the request, since it looks nothing up itself. */
export interface ServiceFacts {
  /** RFC 3339; only new `lastTransitionTime`s are made of it. */
  readonly now: string
  /** Tags of the Service's image; undefined when it names none or none that can be asked for. */
  readonly scan: Scan | undefined
  /** Pull requests of its repository; undefined when it wants no copies for them. */
  readonly pullRequests?: PullRequestList | undefined
  /** Why pull requests could not be told of their copies. */
  readonly feedbackFailure?: AlustanError | undefined
}
