import type { Command } from 'commander'
import type { ClusterOptions } from './connect.js'
import { clusterOptions, examples, formatOption } from './options.js'
import { type Format, standardOutput } from './output.js'

/** Adds `reconcile`. */
export function reconcileCommand(program: Command): void {
  const command = program
    .command('reconcile')
    .description('Ask for a new run of a Terraform, or for a fresh look of a Service at its registry.')
    .argument('<kind/name>', 'service/NAME or terraform/NAME')
    .argument('[name]', 'the name, where it is not written behind the kind')
    .addOption(formatOption('text'))
  clusterOptions(command)
    .addHelpText(
      'after',
      examples(
        program,
        ['reconcile terraform/staging-cluster', 'deploys again, for example after a Secret that it reads was changed'],
        ['reconcile service/api-service', 'takes a tag that was pushed just now'],
      ) + '\nIt sets the annotation alustan.io/requestedAt to the time, and waits for nothing.',
    )
    .action(
      async (
        first: string,
        second: string | undefined,
        { output, ...options }: ClusterOptions & { output: Format },
      ) => {
        const { parseResourceName } = await import('./find-resource.js')
        const { reconcile } = await import('./reconcile.js')
        await reconcile(parseResourceName(first, second), options, standardOutput(output), () => new Date())
      },
    )
}
