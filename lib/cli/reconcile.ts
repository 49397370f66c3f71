import { pathOf } from '../engine/api-request.js'
import { ANNOTATION } from '../names.js'
import { askOurs } from './api-answer.js'
import { type ClusterOptions, connect } from './connect.js'
import { type ResourceName, findResource, resourceOfKind } from './find-resource.js'
import { type Output, formatted } from './output.js'
import { traceInvocation } from './program-name.js'
import { table } from './table.js'

/** What asking again did, as `-o json` prints it. */
interface Report {
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly requestedAt: string
}

const EFFECT = {
  Service: 'the registry is asked for its tags again, and everything is looked at anew',
  Terraform: 'the registry is asked for its tags again, and then its deploy script runs again, once no run goes on',
}

/** `alustan reconcile`: asks for another look at a Service, or for another run of a Terraform, by an annotation. */
export async function reconcile(
  name: ResourceName,
  options: ClusterOptions,
  { format, write }: Output,
  now: () => Date,
): Promise<void> {
  const { client, namespace, stop } = await connect(options, 'write')
  try {
    await findResource(client, name, namespace)
    // To the millisecond: asked twice in a second means twice.
    const requestedAt = now().toISOString()
    await askOurs(client, pathOf(resourceOfKind(name.kind), { name: name.name, namespace }), {
      method: 'PATCH',
      query: { fieldManager: 'alustan-cli' },
      body: { metadata: { annotations: { [ANNOTATION.requestedAt]: requestedAt } } },
      contentType: 'application/merge-patch+json',
    })
    const report: Report = { ...name, namespace, requestedAt }
    const word = name.kind.toLowerCase()
    const lines = [
      `${word}/${name.name}: requested at ${requestedAt}: ${EFFECT[name.kind]}.`,
      `Follow it: ${traceInvocation(`${word}/${name.name}`, namespace)} --watch`,
    ]
    const rows = [
      ['KIND', 'NAMESPACE', 'NAME', 'REQUESTED AT'],
      [name.kind, namespace, name.name, requestedAt],
    ]
    write(await formatted(report, format, () => (format === 'table' ? table(rows) : lines)))
  } finally {
    stop()
  }
}
