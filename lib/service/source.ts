import { AlustanError } from '../errors.js'
import type { SyncRequest } from '../metacontroller.js'
import type { ServiceSettings } from './facts.js'
import { fillPlaceholders } from './placeholders.js'
import { type ServiceSpec, Source } from './spec.js'
import { findWorkspace } from './workspace.js'

/**
 * `spec.source` with the workspace's values filled in, and the cluster that the values name. Throws what `findWorkspace`
 * and `fillPlaceholders` throw, `WorkspaceKeyMissing` with every missing name, and `ClusterMissing`.
 */
export function resolveSource(
  request: SyncRequest,
  { workspace, source }: ServiceSpec,
  { secretsNamespace }: ServiceSettings,
): Source & { cluster: string } {
  const { value, missing } = fillPlaceholders(source, findWorkspace(request, workspace, secretsNamespace))
  if (missing.length > 0) {
    throw new AlustanError(
      'WorkspaceKeyMissing',
      `workspace '${workspace}' has no ${missing.map(name => `'${name}'`).join(', ')}: annotate its Secret in namespace '${secretsNamespace}', or give a default as in \${workspace.${missing[0]}:-text}`,
    )
  }
  const filled = Source.safeParse(value)
  if (!filled.success) {
    const paths = filled.error.issues.map(({ path, message }) => `spec.source.${path.join('.')}: ${message}`)
    throw new AlustanError('InvalidSpec', `with the values of workspace '${workspace}', ${paths.join('; ')}`)
  }
  const { cluster } = filled.data.values
  if (typeof cluster !== 'string' || cluster === '') {
    throw new AlustanError(
      'ClusterMissing',
      "spec.source.values.cluster does not name a cluster; set it to the name of an Argo CD cluster, e.g. ${workspace.CLUSTER_NAME}, or to 'in-cluster'",
    )
  }
  return { ...filled.data, cluster }
}

/** The Argo CD project to use. Throws `ProjectForbidden` for one that the installation does not allow. */
export function allowedProject({ project }: ServiceSpec, { allowedProjects }: ServiceSettings): string {
  const wanted = project ?? allowedProjects[0]
  if (allowedProjects.includes(wanted)) return wanted
  throw new AlustanError(
    'ProjectForbidden',
    `project '${wanted}' may not be used here; use one of ${allowedProjects.map(name => `'${name}'`).join(', ')}, or have it added to ALLOWED_PROJECTS`,
  )
}
