import type { DependencyGraph } from './dependency-graph.js'
import { STATE_COLOURS, UNKNOWN_COLOUR } from './state-colours.js'

/** The graph as Mermaid's flowchart: an arrow leads from what waits to what it waits for. */
export function mermaid({ nodes, edges }: DependencyGraph): string[] {
  const short = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const states = [...new Set(nodes.map(({ state }) => state).filter(state => state !== undefined))].sort()
  const coloured = edges.flatMap(({ isCycle, isBlocked }, index) => {
    if (isCycle) return [`  linkStyle ${index} stroke:#b3261e,stroke-width:3px`]
    return isBlocked ? [`  linkStyle ${index} stroke:#b26a00,stroke-dasharray:4`] : []
  })
  return [
    'flowchart LR',
    ...nodes.map(({ id, label, state }) => {
      const text = state === undefined ? label : `${label}<br/>${state}`
      return `  ${short.get(id) ?? ''}["${text}"]${state === undefined ? '' : `:::${className(state)}`}`
    }),
    ...edges.map(({ from, to, isCycle, isBlocked }) => {
      const arrow = isCycle ? '-->|cycle|' : isBlocked ? '-.->|waits|' : '-->'
      return `  ${short.get(from) ?? ''} ${arrow} ${short.get(to) ?? ''}`
    }),
    ...states.map(
      state => `  classDef ${className(state)} fill:${STATE_COLOURS[state] ?? UNKNOWN_COLOUR},stroke:#444,color:#111`,
    ),
    ...coloured,
  ]
}

function className(state: string): string {
  return state.toLowerCase().replaceAll(/[^a-z]/g, '')
}
