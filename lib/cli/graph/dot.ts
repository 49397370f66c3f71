import type { DependencyGraph } from './dependency-graph.js'
import { STATE_COLOURS, UNKNOWN_COLOUR } from './state-colours.js'

/** The graph in Graphviz' own language, which also becomes the SVG. */
export function dot({ nodes, edges }: DependencyGraph): string[] {
  return [
    'digraph alustan {',
    '  graph [rankdir=LR, pad=0.2]',
    '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11, color="#444444"]',
    '  edge [fontname="sans-serif", fontsize=9, color="#444444"]',
    ...nodes.map(({ id, label, state }) => {
      const text = state === undefined ? quoted(label) : `${quoted(label).slice(0, -1)}\\n${quoted(state).slice(1)}`
      const fill = state === undefined ? UNKNOWN_COLOUR : (STATE_COLOURS[state] ?? UNKNOWN_COLOUR)
      const style = state === 'missing' ? ', style="rounded,dashed"' : ''
      return `  ${quoted(id)} [label=${text}, fillcolor="${fill}"${style}]`
    }),
    ...edges.map(({ from, to, isCycle, isBlocked }) => {
      const style = isCycle
        ? ' [label="cycle", color="#b3261e", fontcolor="#b3261e", penwidth=2.5]'
        : isBlocked
          ? ' [label="waits", color="#b26a00", fontcolor="#b26a00", style=dashed]'
          : ''
      return `  ${quoted(from)} -> ${quoted(to)}${style}`
    }),
    '}',
  ]
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
