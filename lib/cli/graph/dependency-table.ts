import { table } from '../table.js'
import type { DependencyGraph, GraphEdge } from './dependency-graph.js'

/** A row for each dependency, and one for each resource that has none. */
export function dependencyTable({ nodes, edges }: DependencyGraph): string[] {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const edgesOf = new Map<string, GraphEdge[]>()
  for (const edge of edges) edgesOf.set(edge.from, [...(edgesOf.get(edge.from) ?? []), edge])
  const rows = nodes.flatMap(({ id, label, state = '' }) => {
    const own = edgesOf.get(id)
    if (own === undefined) return [[label, state]]
    return own.map(edge => {
      const other = byId.get(edge.to)
      return [label, state, other?.label ?? '', other?.state ?? '', note(edge)]
    })
  })
  return table([['RESOURCE', 'STATE', 'DEPENDS ON', 'ITS STATE', 'NOTE'], ...rows])
}

function note({ isCycle, isBlocked }: GraphEdge): string {
  if (isCycle) return 'cycle'
  return isBlocked ? 'waits' : ''
}
