import type { AlustanError } from '../errors.js'
import type { Endpoints } from '../registry/reference.js'
import type { Scan } from '../registry/scan.js'
import type { Output } from './output.js'

/** What the installation decides for every Terraform. */
export interface TerraformSettings {
  readonly endpoints: Endpoints
  /** How long until Metacontroller asks again though nothing changed: that is how a new tag is noticed. */
  readonly resyncAfterSeconds: number
  /** Whether runs get our credentials of their registry. */
  readonly copyRegistrySecret: boolean
}

/** What the pods of a Job tell beyond the Job itself. */
export interface PodReport {
  /** Whether a container of it ever started. */
  readonly hasStarted: boolean
  /** Why it does not start, or failed: `ImagePullBackOff`, `Unschedulable`, `OOMKilled`, … */
  readonly reason: string | undefined
  readonly exitCode: number | undefined
}

/** What the core must be told beside the request, since it looks nothing up itself. */
export interface TerraformFacts {
  /** RFC 3339. */
  readonly now: string
  readonly scan: Scan | undefined
  /** Pods of the newest run while it is active or when it failed; undefined: not known. */
  readonly pods: PodReport | undefined
  /** What the newest postDeploy printed, when it is not in the ConfigMap yet; undefined: not known. */
  readonly output: Output | undefined
  /** Pods of runs whose Job is gone, that live on and may still work; undefined: not known. Read when a run is to begin. */
  readonly leftovers: readonly string[] | undefined
  /** Why the Kubernetes API tells nothing about pods, where it does not: `PodsForbidden`, `KubernetesUnreachable`, `LogUnreadable`. */
  readonly podFailure: AlustanError | undefined
  /** A docker `config.json` that lets the image be pulled; undefined: none is needed or wanted. */
  readonly pullConfig: string | undefined
}
