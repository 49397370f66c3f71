import type { Command } from 'commander'
import type { ClusterOptions } from './connect.js'
import { clusterOptions, examples, formatOption } from './options.js'
import { type Format, standardOutput } from './output.js'

/** Adds `graph`. */
export function graphCommand(program: Command): void {
  const command = program
    .command('graph')
    .description(
      'Draw who depends on whom, with states, what waits and cycles: of files, or of a namespace on the cluster.',
    )
    .argument('[file...]', 'YAML files, folders of them, or - for standard input; the cluster is asked when left out')
    .addOption(formatOption('mermaid', 'svg', 'dot'))
  clusterOptions(command)
    .addHelpText(
      'after',
      examples(
        program,
        ['graph examples/', 'of files, for a page of Markdown'],
        ['graph -n production', 'of a live namespace'],
        ['graph -n production -o svg > graph.svg', 'as a picture'],
        ['graph -n production -o table', 'a line for each dependency'],
      ),
    )
    .action(async (files: string[], { output, ...options }: ClusterOptions & { output: Format }) => {
      const { graph } = await import('./graph.js')
      await graph(files, options, standardOutput(output))
    })
}
