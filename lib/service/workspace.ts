import { AlustanError } from '../errors.js'
import { type KubernetesObject, type SyncRequest, notObserved, objectsOf } from '../metacontroller.js'
import { ANNOTATION, KIND, LABEL } from '../names.js'

/** Reads one value of a workspace by its name; undefined when there is none. */
export type WorkspaceLookup = (name: string) => string | undefined

/**
 * The workspace's values: the annotations of the one Secret in `secretsNamespace` that is labelled with its name.
 * Throws `NotObserved`, `WorkspaceNotFound`, `WorkspaceAmbiguous` (never picks one of two) or `WorkspaceForbidden`.
 */
export function findWorkspace(request: SyncRequest, workspace: string, secretsNamespace: string): WorkspaceLookup {
  const observed = objectsOf(request.related, KIND.secret)
  if (observed === undefined) throw notObserved(KIND.secret)
  const secrets = observed.filter(secret => isWorkspaceSecret(secret, workspace, secretsNamespace))
  const [secret, second] = secrets
  if (secret === undefined) {
    throw new AlustanError(
      'WorkspaceNotFound',
      `workspace '${workspace}' has no Secret: namespace '${secretsNamespace}' needs one with the labels ${LABEL.secretType}=cluster and ${LABEL.environment}=${workspace}`,
    )
  }
  if (second !== undefined) {
    const names = secrets.map(({ metadata }) => `'${metadata.name}'`).join(' and ')
    throw new AlustanError(
      'WorkspaceAmbiguous',
      `workspace '${workspace}' has ${secrets.length} Secrets in namespace '${secretsNamespace}', ${names}: remove the labels from all but one`,
    )
  }
  refuseForeignNamespace(secret, workspace, request.parent.metadata.namespace)
  const annotations = secret.metadata.annotations ?? {}
  return name => (isReserved(name) || !Object.hasOwn(annotations, name) ? undefined : annotations[name])
}

function isWorkspaceSecret({ metadata }: KubernetesObject, workspace: string, namespace: string): boolean {
  const labels = metadata.labels ?? {}
  return (
    metadata.namespace === namespace &&
    labels[LABEL.secretType] === 'cluster' &&
    labels[LABEL.environment] === workspace
  )
}

function refuseForeignNamespace({ metadata }: KubernetesObject, workspace: string, namespace: string): void {
  const allowed = metadata.annotations?.[ANNOTATION.allowedNamespaces]
  if (allowed === undefined || allowed.split(',').some(entry => entry.trim() === namespace)) return
  throw new AlustanError(
    'WorkspaceForbidden',
    `workspace '${workspace}' may not be used from namespace '${namespace}': add it to the annotation ${ANNOTATION.allowedNamespaces} of Secret '${metadata.name}'`,
  )
}

/** Annotations that Kubernetes' own tools write (such as the whole Secret in kubectl's) are never values. */
export function isReserved(name: string): boolean {
  return /^([^/]+\.)?kubernetes\.io\//.test(name)
}
