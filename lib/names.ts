import { createHash } from 'node:crypto'

/** The API group and version of both kinds. */
export const API_VERSION = 'alustan.io/v1alpha1'

/** Longest name of a Service or Terraform: children add to it and stay within 63 characters. */
export const MAX_RESOURCE_NAME = 50

/** Kinds as hook version v2 spells them in `children` and `related`. */
export const KIND = {
  service: 'Service.alustan.io/v1alpha1',
  terraform: 'Terraform.alustan.io/v1alpha1',
  applicationSet: 'ApplicationSet.argoproj.io/v1alpha1',
  application: 'Application.argoproj.io/v1alpha1',
  secret: 'Secret.v1',
  configMap: 'ConfigMap.v1',
  job: 'Job.batch/v1',
} as const

export const LABEL = {
  /** On ApplicationSets and Applications: the Service they belong to. */
  service: 'alustan.io/service',
  /** On Jobs: the Terraform they belong to. */
  terraform: 'alustan.io/terraform',
  /** On the Applications of pull requests: the pull request's number. */
  preview: 'alustan.io/preview',
  /** On Jobs: which script they run, `deploy`, `postdeploy` or `destroy`. */
  step: 'alustan.io/step',
  /** On the Secret of a workspace: always `cluster`. */
  secretType: 'alustan.io/secret-type',
  /** On the Secret of a workspace: the workspace's name. */
  environment: 'environment',
} as const

export const ANNOTATION = {
  /** On children: the image reference that they run. */
  image: 'alustan.io/image',
  /** On children: why that image has a lower tag than one before. */
  imageNote: 'alustan.io/image-note',
  /** On children: the tag that was gone from the registry when their lower one was chosen. */
  imageLoweredFrom: 'alustan.io/image-lowered-from',
  /** On the ApplicationSet of copies: the repository of their pull requests, `owner/name` in small letters. */
  repository: 'alustan.io/repository',
  /** On Jobs of a destroy: which attempt it is, from 1. */
  attempt: 'alustan.io/attempt',
  /** On Jobs: a hash of what their pod gets beside script and variables, such as its resources. */
  settings: 'alustan.io/settings',
  /** On the ConfigMap of outputs: the run that they are of. */
  outputOf: 'alustan.io/output-of',
  /** On the ConfigMap of outputs: why those of that run are not in it. */
  outputFault: 'alustan.io/output-fault',
  /** On the Secret of a workspace: comma-separated namespaces that may use it. */
  allowedNamespaces: 'alustan.io/allowed-namespaces',
  /** Any new text asks for a new run of a Terraform, or for a fresh look of a Service at its registry. */
  requestedAt: 'alustan.io/requestedAt',
} as const

/** The label that a child carries for a dependency of its parent, so that the dependency is not destroyed under it. */
export function dependsOnLabel(kind: 'service' | 'terraform', name: string): string {
  return `${kind}.depends-on.alustan.io/${name}`
}

/** Name of the ApplicationSet that holds a Service's copies for pull requests. */
export function previewSetName(service: string): string {
  return `${service}-preview`
}

/** The first `length` hexadecimal characters of the text's SHA-256. */
export function shortHash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}
