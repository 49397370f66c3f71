import { AlustanError } from '../errors.js'
import type { KubernetesObject } from '../metacontroller.js'
import { type ClusterOptions, connect } from './connect.js'
import { listOurs } from './find-resource.js'
import { type DependencyGraph, dependencyGraph } from './graph/dependency-graph.js'
import { dependencyTable } from './graph/dependency-table.js'
import { dot } from './graph/dot.js'
import { mermaid } from './graph/mermaid.js'
import { type Format, type Output, formatted } from './output.js'
import { readManifests } from './read-manifests.js'

/** `alustan graph`: who depends on whom, in files or in a namespace of a live cluster. */
export async function graph(files: readonly string[], options: ClusterOptions, output: Output): Promise<void> {
  const objects = files.length > 0 ? readManifests(files) : await readNamespace(options)
  const { format, write } = output
  const found = dependencyGraph(objects)
  write(format === 'svg' ? await svg(found) : await formatted(found, format, layOut(format)))
}

function layOut(format: Format): (found: DependencyGraph) => string[] {
  if (format === 'table') return dependencyTable
  return format === 'dot' ? dot : mermaid
}

async function readNamespace(options: ClusterOptions): Promise<readonly KubernetesObject[]> {
  const { client, namespace, stop } = await connect(options, 'read')
  try {
    const kinds = ['Service', 'Terraform'] as const
    const lists = await Promise.all(kinds.map(kind => listOurs(client, kind, namespace)))
    const objects = lists.flat()
    if (objects.length > 0) return objects
    const text = `namespace '${namespace}' has no Service or Terraform; name another one with -n, or give files`
    throw new AlustanError('NotFound', text)
  } finally {
    stop()
  }
}

/** Drawn by Graphviz itself, compiled to WebAssembly: no browser, no font from elsewhere. */
async function svg(found: DependencyGraph): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz').catch((cause: unknown) => {
    const cure = "run 'npm install @hpcc-js/wasm-graphviz', or draw -o dot or -o mermaid elsewhere"
    throw new AlustanError('InvalidInput', `-o svg needs the optional package @hpcc-js/wasm-graphviz; ${cure}`, {
      cause,
    })
  })
  const graphviz = await Graphviz.load()
  return graphviz.layout(dot(found).join('\n'), 'svg', 'dot')
}
