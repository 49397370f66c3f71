import { kindKey, objectKey, type ApiObject, type Cluster, type Resource } from './cluster.js'
import type { Rule } from './hook-answers.js'
import type { Informer } from './informer.js'
import { matchesSelector } from './labels.js'

/** Objects as hook version v2 gets them: by `Kind.group/version`, then by `namespace/name`. */
export type ObjectMap = Record<string, Record<string, ApiObject>>

/** A kind that is asked for has not been listed yet: the parent is asked again soon, and no Event says so. */
export class RelatedNotListed extends Error {
  override readonly name = 'RelatedNotListed'
}

/** Whether a rule, which has no names or no selector, selects an object. Throws on an operator that Kubernetes does not know. */
export function selects(rule: Rule, resource: Resource, object: ApiObject): boolean {
  const { names, namespace, labelSelector } = rule
  if (object.apiVersion !== rule.apiVersion || object.kind !== resource.kind) return false
  if (resource.namespaced && namespace !== '' && object.metadata.namespace !== namespace) return false
  if (labelSelector !== undefined) return matchesSelector(labelSelector, object.metadata.labels)
  return names.length === 0 || names.includes(object.metadata.name)
}

/** The resource of a rule; throws when the cluster does not know it. */
async function ruleResource(cluster: Cluster, { apiVersion, resource }: Rule): Promise<Resource> {
  const found = await cluster.findResource({ apiVersion, resource })
  if (found === undefined) throw new Error(`discovery: no resource ${resource} in ${apiVersion}`)
  return found
}

/** What a rule can select at most, without a look at everything. */
function candidates(
  { names, namespace, labelSelector }: Rule,
  { resource, get, list, inNamespace, labelled }: Informer,
): ApiObject[] {
  if (!resource.namespaced || namespace === '') return list()
  if (names.length > 0) return names.flatMap(name => get(objectKey({ name, namespace })) ?? [])
  const [label] = Object.entries(labelSelector?.matchLabels ?? {})
  if (label !== undefined) return labelled(namespace, ...label)
  const needed = labelSelector?.matchExpressions.find(({ operator }) => operator === 'Exists' || operator === 'In')
  return needed === undefined ? inNamespace(namespace) : labelled(namespace, needed.key)
}

/** What the rules select now, with an empty group for a kind of which nothing is selected. Throws `RelatedNotListed`. */
export async function relatedObjects(
  rules: readonly Rule[],
  cluster: Cluster,
  informer: (resource: Resource) => Informer,
): Promise<ObjectMap> {
  const related: ObjectMap = {}
  for (const rule of rules) {
    const resource = await ruleResource(cluster, rule)
    const source = informer(resource)
    if (!source.hasSynced()) throw new RelatedNotListed(`${resource.resource} are not listed yet`)
    if (rule.names.length > 0 && rule.labelSelector !== undefined) {
      throw new Error(`related rule for ${rule.resource} has both names and labelSelector; it may have one of them`)
    }
    const group = (related[kindKey(resource)] ??= {})
    for (const object of candidates(rule, source)) {
      if (selects(rule, resource, object)) group[objectKey(object.metadata)] = object
    }
  }
  return related
}
