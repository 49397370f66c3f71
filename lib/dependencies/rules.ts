import type { Parent, RelatedRule } from '../metacontroller.js'
import { API_VERSION, dependsOnLabel } from '../names.js'
import type { Dependencies } from './spec.js'

/** Asks for the resources that `parent` names in `spec.dependencies`. A list without names is left out: it would select all. */
export function dependencyRules(parent: Parent, dependencies: Dependencies): RelatedRule[] {
  const byResource = { services: dependencies.service, terraforms: dependencies.terraform }
  return Object.entries(byResource).flatMap(([resource, names]) =>
    names.length === 0
      ? []
      : [
          {
            apiVersion: API_VERSION,
            resource,
            namespace: parent.metadata.namespace,
            names: [...new Set(names)].sort(),
          },
        ],
  )
}

/** Asks for the children that others made and that name `parent` as their dependency. */
export function dependentRules(kind: 'service' | 'terraform', parent: Parent): RelatedRule[] {
  const { name, namespace } = parent.metadata
  const labelSelector = { matchExpressions: [{ key: dependsOnLabel(kind, name), operator: 'Exists' as const }] }
  return [
    { apiVersion: 'argoproj.io/v1alpha1', resource: 'applicationsets', namespace, labelSelector },
    { apiVersion: 'argoproj.io/v1alpha1', resource: 'applications', namespace, labelSelector },
    { apiVersion: 'batch/v1', resource: 'jobs', namespace, labelSelector },
  ]
}
