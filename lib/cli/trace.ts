import { setTimeout } from 'node:timers/promises'
import type { Config } from '../config.js'
import { type ClusterOptions, type Connection, connect } from './connect.js'
import { type ResourceName, findResource } from './find-resource.js'
import { type Output, formatted } from './output.js'
import { gatherService } from './trace/gather-service.js'
import { counted } from './trace/look.js'
import { serviceTrace } from './trace/service-trace.js'
import { gatherTerraform, terraformTrace } from './trace/terraform-trace.js'
import { type Trace, traceLines, traceTable } from './trace/trace-node.js'

/** How often a trace that is watched looks again. */
const WATCH_MS = 2000

export interface TraceOptions extends ClusterOptions {
  readonly watch?: boolean
}

/** `alustan trace`: from a resource on a live cluster to its pods. Watching goes on until it is interrupted. */
export async function trace(
  name: ResourceName,
  options: TraceOptions,
  output: Output,
  config: Pick<Config, 'namespace'>,
): Promise<void> {
  const layOut = output.format === 'table' ? traceTable : traceLines
  const connection = await connect(options, 'read')
  try {
    let last = ''
    do {
      const text = await formatted(await traceOnce(connection, name, config.namespace), output.format, layOut)
      if (text !== last) output.write(last === '' ? text : `${output.format === 'yaml' ? '---' : ''}\n${text}`)
      last = text
      if (options.watch === true) await setTimeout(WATCH_MS)
    } while (options.watch === true)
  } finally {
    connection.stop()
  }
}

/** Looks once. `secretsNamespace` is where the Secrets of workspaces are. */
export async function traceOnce(
  { client, namespace }: Pick<Connection, 'client' | 'namespace'>,
  name: ResourceName,
  secretsNamespace: string,
): Promise<Trace> {
  const counting = counted(client)
  const object = await findResource(counting.client, name, namespace)
  const traced =
    name.kind === 'Service'
      ? serviceTrace(await gatherService(counting.client, object, secretsNamespace))
      : terraformTrace(await gatherTerraform(counting.client, object))
  return { ...traced, requests: counting.requests() }
}
