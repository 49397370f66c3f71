import { dependencyRules, dependentRules } from '../dependencies/rules.js'
import type { CustomizeResponse, Parent, RelatedRule } from '../metacontroller.js'
import { LABEL, previewSetName } from '../names.js'
import { parseServiceSpec } from './parse-spec.js'

/**
 * What a Service's hooks must see besides its children; depends on name, namespace and spec alone, since Metacontroller
 * keeps the answer as long as the generation stays. The rule by name is the guard against names that others took.
 */
export function relatedToService(parent: Parent, secretsNamespace: string): CustomizeResponse {
  const { name, namespace } = parent.metadata
  const guard: RelatedRule = {
    apiVersion: 'argoproj.io/v1alpha1',
    resource: 'applicationsets',
    namespace,
    names: [name, previewSetName(name)],
  }
  const applications: RelatedRule = {
    apiVersion: 'argoproj.io/v1alpha1',
    resource: 'applications',
    namespace,
    labelSelector: { matchLabels: { [LABEL.service]: name } },
  }
  const always = [guard, applications, ...dependentRules('service', parent)]
  const { value: spec } = parseServiceSpec(parent)
  if (spec === undefined) return { relatedResources: always }
  const workspace: RelatedRule = {
    apiVersion: 'v1',
    resource: 'secrets',
    namespace: secretsNamespace,
    labelSelector: { matchLabels: { [LABEL.secretType]: 'cluster', [LABEL.environment]: spec.workspace } },
  }
  return { relatedResources: [...always, workspace, ...dependencyRules(parent, spec.dependencies)] }
}
