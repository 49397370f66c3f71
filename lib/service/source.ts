import { AlustanError } from '../errors.js'
import type { SyncRequest } from '../metacontroller.js'
import type { ServiceSettings } from './facts.js'
import { rememberByObject } from '../remember-by-object.js'
import { type Filled, fillPlaceholders } from './placeholders.js'
import { isReleaseName, RELEASE_NAME_CURE } from './release-name.js'
import type { ServiceSpec, Source } from './spec.js'
import { type WorkspaceLookup, findWorkspace, isReserved } from './workspace.js'

const placeholderNames = rememberByObject((source: Source): readonly string[] => {
  const names = new Set<string>()
  fillPlaceholders(source, name => {
    names.add(name)
    return ''
  })
  return [...names]
})

const fillNames = rememberByObject((source: Source, ...values: readonly (string | undefined)[]) => {
  const names = placeholderNames(source)
  return fillPlaceholders(source, name => values[names.indexOf(name)])
})

/** The same as `fillPlaceholders`, which has work to do only when one of the values is another one. */
function fillSource(source: Source, lookUp: WorkspaceLookup): Filled<Source> {
  return fillNames(source, ...placeholderNames(source).map(lookUp))
}

/**
 * `spec.source` with the workspace's values filled in, and the cluster that the values name. Throws what `findWorkspace`
 * and `fillPlaceholders` throw, `WorkspaceKeyMissing` with every missing name, and `ClusterMissing`.
 */
export function resolveSource(
  request: SyncRequest,
  { workspace, source }: ServiceSpec,
  { secretsNamespace }: ServiceSettings,
): Source & { cluster: string } {
  const { value, missing } = fillSource(source, findWorkspace(request, workspace, secretsNamespace))
  if (missing.length > 0) {
    throw new AlustanError(
      'WorkspaceKeyMissing',
      `workspace '${workspace}' has no ${missing.map(name => `'${name}'`).join(', ')}${missing.some(isReserved) ? ' (annotations of kubernetes.io cannot be read)' : ''}: annotate its Secret in namespace '${secretsNamespace}', or give a default as in \${workspace.${missing[0]}:-text}`,
    )
  }
  const { cluster } = value.values
  if (typeof cluster !== 'string' || cluster === '') {
    throw new AlustanError(
      'ClusterMissing',
      "spec.source.values.cluster does not name a cluster; set it to the name of an Argo CD cluster, e.g. ${workspace.CLUSTER_NAME}, or to 'in-cluster'",
    )
  }
  refuseReleaseName(value.releaseName)
  return { ...withoutEmpty(value), cluster }
}

/**
 * A source as Argo CD stores it, which leaves out what is empty: an Application that lacks what was asked for would be
 * waited for without end.
 */
function withoutEmpty(source: Source): Source {
  const { path, targetRevision } = source
  return { ...source, path: path === '' ? '.' : path, targetRevision: targetRevision === '' ? 'HEAD' : targetRevision }
}

/** The schema cannot know what a placeholder becomes. */
function refuseReleaseName(name: string | undefined): void {
  if (name === undefined || isReleaseName(name)) return
  throw new AlustanError(
    'InvalidSpec',
    `spec.source.releaseName, once filled in, is no name of a Helm release; ${RELEASE_NAME_CURE}`,
  )
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
