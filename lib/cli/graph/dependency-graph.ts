import { z } from 'zod'
import { blockerId } from '../../dependencies/spec.js'
import { Dependencies } from '../../dependencies/spec.js'
import type { KubernetesObject } from '../../metacontroller.js'
import { API_VERSION } from '../../names.js'
import { Standing } from '../trace/standing.js'

/** A resource in the graph. */
export interface GraphNode {
  /** `namespace/Kind/name`. */
  readonly id: string
  readonly label: string
  /** Its state; `missing` for one that is named and does not exist, undefined where nothing is known. */
  readonly state: string | undefined
}

/** One resource waits for another. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** Whether `from` is held up by `to` now. */
  readonly isBlocked: boolean
  /** Whether it is part of a circle, so that none of it can ever start. */
  readonly isCycle: boolean
}

export interface DependencyGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

const Spec = z
  .looseObject({ dependencies: Dependencies.catch({ service: [], terraform: [] }).optional() })
  .catch({ dependencies: undefined })

/** Who depends on whom among the Services and Terraforms given, in order of their names. */
export function dependencyGraph(objects: readonly KubernetesObject[]): DependencyGraph {
  const ours = objects.filter(({ apiVersion }) => apiVersion === API_VERSION)
  const namespaces = new Set(ours.map(({ metadata }) => metadata.namespace))
  const idOf = (namespace: string, kind: string, name: string) => `${namespace}/${kind}/${name}`
  const nodes = new Map<string, GraphNode>()
  const addNode = (namespace: string, kind: string, name: string, state: string | undefined): void => {
    const label = namespaces.size > 1 ? `${kind}/${name} (${namespace})` : `${kind}/${name}`
    nodes.set(idOf(namespace, kind, name), { id: idOf(namespace, kind, name), label, state })
  }
  for (const { kind, metadata, status } of ours) {
    addNode(metadata.namespace ?? '', kind, metadata.name, Standing.parse(status ?? {}).state)
  }
  const edges: Omit<GraphEdge, 'isCycle'>[] = []
  for (const { kind, metadata, spec, status } of ours) {
    const { namespace = '', name } = metadata
    const { service, terraform } = Spec.parse(spec).dependencies ?? { service: [], terraform: [] }
    const blockers = new Set(Standing.parse(status ?? {}).blockedBy.map(blockerId))
    const named = [...service.map(other => ['Service', other]), ...terraform.map(other => ['Terraform', other])]
    for (const [otherKind = '', other = ''] of named) {
      const to = idOf(namespace, otherKind, other)
      const isMissing = !nodes.has(to)
      if (isMissing) addNode(namespace, otherKind, other, 'missing')
      const isBlocked = isMissing || blockers.has(`${otherKind}/${other}`)
      edges.push({ from: idOf(namespace, kind, name), to, isBlocked })
    }
  }
  const inCircle = circles(edges)
  const compare = (a: string, b: string) => (a < b ? -1 : 1)
  return {
    nodes: [...nodes.values()].sort((a, b) => compare(a.id, b.id)),
    edges: edges
      .map(edge => ({ ...edge, isCycle: inCircle(edge.from, edge.to) }))
      .sort((a, b) => compare(`${a.from} ${a.to}`, `${b.from} ${b.to}`)),
  }
}

/** Whether two ends of an edge reach each other (they are of one strongly connected component; Tarjan's algorithm). */
function circles(edges: readonly { from: string; to: string }[]): (from: string, to: string) => boolean {
  const targets = new Map<string, string[]>()
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to])
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const component = new Map<string, number>()
  const open: string[] = []
  const lowOf = (node: string) => low.get(node) ?? 0
  /** Without recursion: a chain of thousands is deeper than the stack. */
  const visit = (root: string): void => {
    const path = [{ node: root, rest: [...(targets.get(root) ?? [])] }]
    enter(root)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node, rest } = top
      const next = rest.pop()
      if (next === undefined) {
        path.pop()
        leave(node)
        const parent = path.at(-1)?.node
        if (parent !== undefined) low.set(parent, Math.min(lowOf(parent), lowOf(node)))
      } else if (!index.has(next)) {
        enter(next)
        path.push({ node: next, rest: [...(targets.get(next) ?? [])] })
      } else if (!component.has(next)) low.set(node, Math.min(lowOf(node), index.get(next) ?? 0))
    }
  }
  const enter = (node: string): void => {
    low.set(node, index.size)
    index.set(node, index.size)
    open.push(node)
  }
  const leave = (node: string): void => {
    if (lowOf(node) !== index.get(node)) return
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      component.set(member, index.get(node) ?? 0)
      if (member === node) break
    }
  }
  for (const node of targets.keys()) if (!index.has(node)) visit(node)
  return (from, to) => component.get(from) === component.get(to)
}
