import type { Resource } from './cluster.js'

const resource = (
  apiVersion: string,
  plural: string,
  kind: string,
  { namespaced = true, hasStatus = true }: { namespaced?: boolean; hasStatus?: boolean } = {},
): Resource => ({ apiVersion, resource: plural, kind, namespaced, hasStatus })

/** The kinds that alustan has to do with. Argo CD's Application has no status subresource: each write is a new generation. */
export const RESOURCES = {
  services: resource('alustan.io/v1alpha1', 'services', 'Service'),
  terraforms: resource('alustan.io/v1alpha1', 'terraforms', 'Terraform'),
  applicationSets: resource('argoproj.io/v1alpha1', 'applicationsets', 'ApplicationSet'),
  applications: resource('argoproj.io/v1alpha1', 'applications', 'Application', { hasStatus: false }),
  jobs: resource('batch/v1', 'jobs', 'Job'),
  pods: resource('v1', 'pods', 'Pod'),
  secrets: resource('v1', 'secrets', 'Secret', { hasStatus: false }),
  configMaps: resource('v1', 'configmaps', 'ConfigMap', { hasStatus: false }),
  namespaces: resource('v1', 'namespaces', 'Namespace', { namespaced: false }),
} as const satisfies Record<string, Resource>

/** The known resource of an object, for callers that hold objects of many kinds. */
export function resourceOf({ apiVersion, kind }: { apiVersion: string; kind: string }): Resource | undefined {
  return Object.values(RESOURCES).find(known => known.apiVersion === apiVersion && known.kind === kind)
}
