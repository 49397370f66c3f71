/** Why something is wrong, as a word that never changes its meaning: part of `status`, logs and metrics. */
export type Reason =
  // The user must edit the resource.
  | 'InvalidSpec'
  | 'InvalidConstraint'
  | 'InvalidPlaceholder'
  | 'ClusterMissing'
  | 'ProjectForbidden'
  | 'RegistryHostForbidden'
  | 'NameConflict'
  // Something else in the cluster must change first.
  | 'WorkspaceNotFound'
  | 'WorkspaceAmbiguous'
  | 'WorkspaceForbidden'
  | 'WorkspaceKeyMissing'
  | 'NotObserved'
  // The Kubernetes API.
  | 'PodsForbidden'
  | 'KubernetesUnreachable'
  | 'LogUnreadable'
  // The registry.
  | 'RegistryUnreachable'
  | 'RegistryTimeout'
  | 'AuthenticationFailed'
  | 'RateLimited'
  | 'ImageNotFound'
  | 'InvalidRegistryAnswer'
  | 'NoMatchingTag'
  // GitHub.
  | 'GitHubUnreachable'
  | 'GitHubTimeout'
  | 'GitHubAuthenticationFailed'
  | 'GitHubForbidden'
  | 'GitHubRateLimited'
  | 'GitRepositoryNotFound'
  | 'InvalidGitHubAnswer'
  // A bug.
  | 'InternalError'
  // Input of the command line and of the server's start.
  | 'InvalidInput'
  // The cluster that the command line asks.
  | 'ClusterUnreachable'
  | 'ClusterTooOld'
  | 'Forbidden'
  | 'NotFound'
  | 'KindNotInstalled'

/**
 * A failure that a user can read in `status` or on a terminal: `reason` is API; `message` is prose that says the
 * subject, what is wrong with it and the cure, and holds no secret and nothing that changes from call to call.
 */
export class AlustanError extends Error {
  override readonly name = 'AlustanError'
  readonly reason: Reason

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** The reasons that only an edit of the resource itself cures: they make it `Stalled`. */
const CURED_BY_EDIT: ReadonlySet<Reason> = new Set([
  'InvalidSpec',
  'InvalidConstraint',
  'InvalidPlaceholder',
  'ClusterMissing',
  'ProjectForbidden',
  'RegistryHostForbidden',
])

/** Whether waiting is useless because the user must edit the resource. */
export function isCuredByEdit(reason: Reason): boolean {
  return CURED_BY_EDIT.has(reason)
}

/** The text of anything thrown, for a log line or a message. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** A value, or the failure that came instead. */
export type Attempt<T> = { value: T; failure?: undefined } | { value?: undefined; failure: AlustanError }

/** Runs `compute`; an `AlustanError` becomes a value, anything else thrown is a bug and stays thrown. */
export function attempt<T>(compute: () => T): Attempt<T> {
  try {
    return { value: compute() }
  } catch (thrown) {
    if (thrown instanceof AlustanError) return { failure: thrown }
    throw thrown
  }
}
