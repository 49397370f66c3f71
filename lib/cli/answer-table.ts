import type { KubernetesObject } from '../metacontroller.js'
import type { Answer } from './render.js'
import { table } from './table.js'

/** A row for each of our resources with its state, each followed by the children that it is to have. */
export function answerTable(answers: readonly { parent: KubernetesObject; answer: Answer }[]): string[] {
  const rows = answers.flatMap(({ parent, answer: { children, status } }) => [
    [...titleOf(parent), '', status.state ?? '', status.message ?? ''],
    ...children.map(child => [...titleOf(child), `${parent.kind}/${parent.metadata.name}`]),
  ])
  return table([['KIND', 'NAMESPACE', 'NAME', 'OF', 'STATE', 'MESSAGE'], ...rows])
}

function titleOf({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string[] {
  return [kind, metadata.namespace ?? '', metadata.name]
}
