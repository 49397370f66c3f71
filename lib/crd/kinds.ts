import type { z } from 'zod'
import { MAX_RESOURCE_NAME } from '../names.js'
import { ServiceSpec, ServiceStatus } from '../service/spec.js'
import { TerraformSpec, TerraformStatus } from '../terraform/spec.js'
import type { Validation } from '../with-rules.js'

/** What a CustomResourceDefinition and the reference say of a kind. */
export interface Kind {
  kind: 'Service' | 'Terraform'
  singular: string
  plural: string
  /** For kubectl, and never one of Kubernetes' own (`svc`): those would win. */
  shortNames: readonly string[]
  description: string
  spec: z.ZodType
  status: z.ZodType
  /** Columns of `kubectl get`, beside the name and the age. Those of priority 1 need `-o wide`. */
  columns: readonly { name: string; jsonPath: string; priority?: number }[]
  /** What `kubectl get --field-selector` may ask for. */
  selectableFields: readonly string[]
  /** Rules over the whole object: only here does CEL see its name. */
  rules: readonly Validation[]
}

const STATE = { name: 'State', jsonPath: '.status.state' }
const IMAGE = { name: 'Image', jsonPath: '.status.image' }
const MESSAGE = { name: 'Message', jsonPath: '.status.message' }

const NAME_RULES: readonly Validation[] = [
  {
    rule: `self.metadata.name.size() <= ${MAX_RESOURCE_NAME}`,
    message: `is longer than ${MAX_RESOURCE_NAME} characters; shorten it, since the names of what is made of it add to it`,
    fieldPath: '.metadata.name',
  },
  {
    rule: "!self.metadata.name.contains('.')",
    message: 'has a dot; use - instead, since it becomes part of names that have none',
    fieldPath: '.metadata.name',
  },
]

function notOnItself(list: 'service' | 'terraform'): Validation {
  return {
    rule: `!(self.metadata.name in self.spec.dependencies.${list})`,
    message: 'names the resource itself; remove it',
    fieldPath: `.spec.dependencies.${list}`,
  }
}

/** Both kinds, in the order of the documentation. */
export const KINDS: readonly Kind[] = [
  {
    kind: 'Service',
    singular: 'service',
    plural: 'services',
    shortNames: ['asvc'],
    description:
      'An application: a Helm chart that Argo CD keeps deployed to the cluster of a workspace, at the newest image that a version constraint allows, after what it depends on, and with a copy for each pull request where wanted.',
    spec: ServiceSpec,
    status: ServiceStatus,
    columns: [STATE, IMAGE, MESSAGE, { name: 'Workspace', jsonPath: '.spec.workspace', priority: 1 }],
    selectableFields: ['.spec.workspace', '.status.state'],
    rules: [...NAME_RULES, notOnItself('service')],
  },
  {
    kind: 'Terraform',
    singular: 'terraform',
    plural: 'terraforms',
    shortNames: ['atf'],
    description:
      'Infrastructure: an image whose deploy script runs as a Job whenever its version or its variables change, whose output lands in the status, and whose destroy script runs when this is deleted.',
    spec: TerraformSpec,
    status: TerraformStatus,
    columns: [
      STATE,
      IMAGE,
      { name: 'Run', jsonPath: '.status.run.job' },
      MESSAGE,
      { name: 'Phase', jsonPath: '.status.run.phase', priority: 1 },
      { name: 'Reason', jsonPath: '.status.run.reason', priority: 1 },
    ],
    selectableFields: ['.status.state'],
    rules: [...NAME_RULES, notOnItself('terraform')],
  },
]
