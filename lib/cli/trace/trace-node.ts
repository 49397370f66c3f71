import { table } from '../table.js'

/** One thing on the way from a resource to its pods. */
export interface TraceNode {
  /** `Kind/name`, or what it is. */
  readonly title: string
  readonly state?: string
  /** What else is to be said of it. */
  readonly notes?: readonly string[]
  readonly children?: readonly TraceNode[]
}

/** What `trace` prints. */
export interface Trace {
  readonly tree: TraceNode
  /** One sentence: what is waited for, and what to do. */
  readonly next: string
  /** Requests to the API server that it took. */
  readonly requests: number
}

/** The tree as lines, and the sentence at its foot. */
export function traceLines({ tree, next }: Trace): string[] {
  return [title(tree), ...branches(tree, ''), '', next]
}

/** The tree as rows, from the resource down, and the sentence at its foot. */
export function traceTable({ tree, next }: Trace): string[] {
  return [...table([['RESOURCE', 'STATE', 'MESSAGE'], ...rowsOf(tree)]), '', next]
}

function rowsOf({ title, state = '', notes = [], children = [] }: TraceNode): string[][] {
  return [[title, state, notes.join('; ')], ...children.flatMap(rowsOf)]
}

function branches({ children = [] }: TraceNode, indent: string): string[] {
  return children.flatMap((child, index) => {
    const isLast = index === children.length - 1
    const below = branches(child, `${indent}${isLast ? '   ' : '│  '}`)
    return [`${indent}${isLast ? '└─' : '├─'} ${title(child)}`, ...below]
  })
}

function title({ title, state, notes = [] }: TraceNode): string {
  const shown = state === undefined || state === '' ? [title] : [title, state]
  return [...shown, ...notes].join('  ').replaceAll(/\s*\n\s*/g, ' ')
}
