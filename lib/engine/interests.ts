import type { ApiObject, Resource } from './cluster.js'
import type { Rule } from './hook-answers.js'
import { selects } from './related.js'

/** Which parents a change of a related object is about, without a look at all of them. */
export interface Interests {
  /** Remembers the rules of a parent instead of those before. */
  set(parent: string, rules: readonly Rule[]): void
  delete(parent: string): void
  /** Keys of the parents that have a rule which selects an object. */
  of(resource: Resource, object: ApiObject): Set<string>
}

const placeOf = ({ apiVersion, resource }: Pick<Rule, 'apiVersion' | 'resource'>, namespace: string): string =>
  `${apiVersion}/${resource} ${namespace}`

/** Nobody is interested in anything yet. */
export function interests(): Interests {
  const places = new Map<string, Map<string, Rule[]>>()
  const placesOf = new Map<string, Set<string>>()
  const remove = (parent: string): void => {
    for (const place of placesOf.get(parent) ?? []) {
      const there = places.get(place)
      there?.delete(parent)
      if (there?.size === 0) places.delete(place)
    }
    placesOf.delete(parent)
  }
  // The namespace of a rule counts for nothing where objects have none.
  const placesFor = (resource: Resource, namespace: string): string[] =>
    resource.namespaced
      ? [placeOf(resource, namespace), placeOf(resource, '')]
      : [...places.keys()].filter(place => place.startsWith(placeOf(resource, '')))
  return {
    set(parent, rules) {
      remove(parent)
      for (const rule of rules) {
        const place = placeOf(rule, rule.namespace)
        placesOf.set(parent, (placesOf.get(parent) ?? new Set()).add(place))
        const there = places.get(place) ?? new Map<string, Rule[]>()
        places.set(place, there.set(parent, [...(there.get(parent) ?? []), rule]))
      }
    },
    delete: remove,
    of(resource, object) {
      const found = new Set<string>()
      for (const place of placesFor(resource, object.metadata.namespace ?? '')) {
        for (const [parent, rules] of places.get(place) ?? []) {
          if (!found.has(parent) && rules.some(rule => selectsIfValid(rule, resource, object))) found.add(parent)
        }
      }
      return found
    },
  }
}

/** A rule that is at fault selects nothing: the round of its own parent meets it and reports it. */
function selectsIfValid(rule: Rule, resource: Resource, object: ApiObject): boolean {
  try {
    return selects(rule, resource, object)
  } catch {
    return false
  }
}
