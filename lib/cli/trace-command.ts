import type { Command } from 'commander'
import { parseConfig } from '../config.js'
import { clusterOptions, examples, formatOption } from './options.js'
import { type Format, standardOutput } from './output.js'
import type { TraceOptions } from './trace.js'

/** Adds `trace`. */
export function traceCommand(program: Command): void {
  const command = program
    .command('trace')
    .description(
      'Show the way from a Service or Terraform to its pods on the cluster, what it waits for and what to do.',
    )
    .argument('<kind/name>', 'service/NAME or terraform/NAME')
    .argument('[name]', 'the name, where it is not written behind the kind')
    .option('-w, --watch', 'show it again whenever it changes, until interrupted')
    .addOption(formatOption('tree'))
  clusterOptions(command)
    .addHelpText(
      'after',
      examples(
        program,
        ['trace service/web-service', ''],
        ['trace terraform/staging-cluster -n production --watch', ''],
        ['trace service/web-service -o json', 'for a program'],
      ) +
        '\nValues of Secrets are never asked for. ALUSTAN_NAMESPACE says where the Secrets of workspaces are (alustan).',
    )
    .action(
      async (first: string, second: string | undefined, { output, ...options }: TraceOptions & { output: Format }) => {
        const { parseResourceName } = await import('./find-resource.js')
        const { trace } = await import('./trace.js')
        await trace(parseResourceName(first, second), options, standardOutput(output), parseConfig(process.env))
      },
    )
}
