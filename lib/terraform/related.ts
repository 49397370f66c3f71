import { dependencyRules, dependentRules } from '../dependencies/rules.js'
import type { CustomizeResponse, Parent } from '../metacontroller.js'
import { TerraformSpec } from './spec.js'

/** Names of the children that are named after their Terraform. */
export function childNames(terraform: string) {
  return { output: `${terraform}-output`, pullSecret: `${terraform}-registry` }
}

/** What a Terraform's hooks must see besides its children; the rules by name guard against names that others took. */
export function relatedToTerraform(parent: Parent): CustomizeResponse {
  const { namespace } = parent.metadata
  const { output, pullSecret } = childNames(parent.metadata.name)
  const spec = TerraformSpec.safeParse(parent.spec).data
  return {
    relatedResources: [
      { apiVersion: 'v1', resource: 'configmaps', namespace, names: [output] },
      { apiVersion: 'v1', resource: 'secrets', namespace, names: [pullSecret] },
      ...dependentRules('terraform', parent),
      ...(spec === undefined ? [] : dependencyRules(parent, spec.dependencies)),
    ],
  }
}
