import type { DesiredChild, KubernetesObject } from '../metacontroller.js'
import { LABEL, previewSetName } from '../names.js'
import { applicationSet, serviceLabels } from '../service/application-set.js'
import type { ServiceSituation } from '../service/situation.js'
import type { ServiceSpec } from '../service/spec.js'
import type { PreviewElement } from './preview-element.js'

/**
 * The ApplicationSet of the copies. Its Applications track the namespaces that they make, so that these go with them:
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#namespace-metadata
 */
export function previewSet(
  { request: { parent }, settings }: ServiceSituation,
  { dependencies }: ServiceSpec,
  { project, repository, elements }: { project: string; repository: string; elements: readonly PreviewElement[] },
): DesiredChild {
  const { name, namespace } = parent.metadata
  const labels = serviceLabels(name, dependencies)
  const own = { 'app.kubernetes.io/managed-by': 'alustan', [LABEL.service]: name, [LABEL.preview]: '{{ .number }}' }
  // Argo CD's own namespace is left out of its name for an Application.
  const application = namespace === settings.argoCdNamespace ? '{{ .name }}' : `${namespace}_{{ .name }}`
  const tracked = `${application}:/Namespace:{{ .namespace }}/{{ .namespace }}`
  return applicationSet(parent, {
    name: previewSetName(name),
    elements,
    labels,
    project,
    image: undefined,
    imageNote: undefined,
    repository,
    applicationLabels: { ...labels, [LABEL.preview]: '{{ .number }}' },
    namespaceMetadata: { labels: own, annotations: { 'argocd.argoproj.io/tracking-id': tracked } },
  })
}

/** What changes with every change of the copies: the API server counts those of the ApplicationSet. */
export function previewsVersion(set: KubernetesObject | undefined): string | undefined {
  return set && `${set.metadata.uid}/${set.metadata.generation}`
}
