import type { ApiObject, Resource } from './cluster.js'
import type { Rule } from './hook-answers.js'

/** Which parents a change of a related object may be about, without a look at all of them. */
export interface Interests {
  /** Remembers the rules of a parent instead of those before. */
  set(parent: string, rules: readonly Rule[]): void
  delete(parent: string): void
  /** Keys of the parents that have a rule for such an object, perhaps twice. */
  of(resource: Resource, object: ApiObject): string[]
}

const placeOf = ({ apiVersion, resource }: Pick<Rule, 'apiVersion' | 'resource'>, namespace: string): string =>
  `${apiVersion}/${resource} ${namespace}`

/** Nobody is interested in anything yet. */
export function interests(): Interests {
  const places = new Map<string, Set<string>>()
  const placesOf = new Map<string, readonly string[]>()
  const remove = (parent: string): void => {
    for (const place of placesOf.get(parent) ?? []) {
      const there = places.get(place)
      there?.delete(parent)
      if (there?.size === 0) places.delete(place)
    }
    placesOf.delete(parent)
  }
  return {
    set(parent, rules) {
      remove(parent)
      const wanted = rules.map(rule => placeOf(rule, rule.namespace))
      placesOf.set(parent, wanted)
      for (const place of wanted) places.set(place, (places.get(place) ?? new Set()).add(parent))
    },
    delete: remove,
    of(resource, { metadata }) {
      // The namespace of a rule counts for nothing where objects have none.
      if (!resource.namespaced) {
        const everywhere = [...places].filter(([place]) => place.startsWith(placeOf(resource, '')))
        return everywhere.flatMap(([, parents]) => [...parents])
      }
      const there = [placeOf(resource, metadata.namespace ?? ''), placeOf(resource, '')]
      return there.flatMap(place => [...(places.get(place) ?? [])])
    },
  }
}
