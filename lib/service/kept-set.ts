import { relabelled } from '../dependencies/labels.js'
import { keptChild } from '../kept-child.js'
import { mapValues } from '../map-values.js'
import type { DesiredChild, KubernetesObject } from '../metacontroller.js'
import type { ServiceSituation } from './situation.js'

/**
 * An observed ApplicationSet as it is; only its labels, and those of its Applications, follow an edit of the
 * dependencies: an outdated label would keep alive what is not needed any more.
 */
export function keptSet(
  set: KubernetesObject,
  { request, spec }: Pick<ServiceSituation, 'request' | 'spec'>,
): DesiredChild {
  const kept = keptChild(set, request.parent.metadata.namespace)
  if (spec.value === undefined) return kept
  const { dependencies } = spec.value
  return {
    ...kept,
    metadata: { ...kept.metadata, labels: relabelled(kept.metadata.labels ?? {}, dependencies) },
    spec: edited(kept.spec, ['template', 'metadata', 'labels'], labels => relabelled(labels, dependencies)),
  }
}

/** A map with another one in it, deep down at `path`, edited; all else, and what is not as it should be, stays. */
function edited(map: unknown, path: readonly string[], edit: (deepest: object) => object): unknown {
  if (typeof map !== 'object' || map === null) return map
  const [field, ...rest] = path
  if (field === undefined) return edit(map)
  return mapValues(map, (value, key) => (key === field ? edited(value, rest, edit) : value))
}
