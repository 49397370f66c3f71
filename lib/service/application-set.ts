import { dependencyLabels } from '../dependencies/labels.js'
import type { DesiredChild, Parent } from '../metacontroller.js'
import { ANNOTATION, LABEL } from '../names.js'
import type { ServiceSpec } from './spec.js'

/**
 * All that makes one Application, as plain strings: Argo CD fills them into the template as data, so that text of a
 * user never becomes a template itself.
 */
export interface Element {
  readonly name: string
  readonly cluster: string
  readonly namespace: string
  readonly repoURL: string
  readonly path: string
  readonly targetRevision: string
  readonly releaseName: string
  /** All Helm values as one text, see `helmValues`. */
  readonly values: string
}

/** Characters that YAML 1.1 readers refuse or fold though JSON allows them. */
const UNSAFE_IN_YAML = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

/**
 * Helm values as JSON, which every YAML reader takes: Helm reads YAML 1.1, where a plain `yes`, `on` or `1_000` is no
 * string, so everything is quoted that is one.
 */
export function helmValues(values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(values, null, 2).replace(
    UNSAFE_IN_YAML,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The labels that an ApplicationSet and its Applications carry, so that they are found by Service and by dependency. */
export function serviceLabels(service: string, dependencies: ServiceSpec['dependencies']): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'alustan',
    [LABEL.service]: service,
    ...dependencyLabels(dependencies),
  }
}

/** The ApplicationSet that runs a Service: one Application for each element. */
export function applicationSet(
  parent: Parent,
  {
    name,
    elements,
    labels,
    project,
    image,
    imageNote,
    imageLoweredFrom,
    repository,
    applicationLabels = labels,
    namespaceMetadata,
  }: {
    name: string
    elements: readonly Element[]
    labels: Record<string, string>
    project: string
    image: string | undefined
    imageNote: string | undefined
    imageLoweredFrom?: string | undefined
    /** The repository of the pull requests that it holds copies for. */
    repository?: string
    /** Labels of the Applications where they differ. */
    applicationLabels?: Record<string, string>
    /** Labels and annotations of the namespaces that the Applications make. */
    namespaceMetadata?: { labels: Record<string, string>; annotations: Record<string, string> }
  },
): DesiredChild {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: {
      name,
      namespace: parent.metadata.namespace,
      labels,
      annotations: {
        ...(image !== undefined && { [ANNOTATION.image]: image }),
        ...(imageNote !== undefined && { [ANNOTATION.imageNote]: imageNote }),
        ...(imageLoweredFrom !== undefined && { [ANNOTATION.imageLoweredFrom]: imageLoweredFrom }),
        ...(repository !== undefined && { [ANNOTATION.repository]: repository }),
      },
    },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [{ list: { elements } }],
      template: applicationTemplate(applicationLabels, project, namespaceMetadata),
    },
  }
}

function applicationTemplate(labels: Record<string, string>, project: string, namespaceMetadata?: object) {
  return {
    metadata: {
      name: '{{ .name }}',
      labels,
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    },
    spec: {
      project,
      destination: { name: '{{ .cluster }}', namespace: '{{ .namespace }}' },
      source: {
        repoURL: '{{ .repoURL }}',
        path: '{{ .path }}',
        targetRevision: '{{ .targetRevision }}',
        helm: { releaseName: '{{ .releaseName }}', values: '{{ .values }}' },
      },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: ['CreateNamespace=true'],
        ...(namespaceMetadata !== undefined && { managedNamespaceMetadata: namespaceMetadata }),
      },
    },
  }
}
