import { type Command, Option } from 'commander'
import type { ClusterOptions } from './connect.js'
import { clusterOptions, examples } from './options.js'
import { type Format, standardOutput } from './output.js'

const FORMATS = ['mermaid', 'svg', 'dot', 'json', 'yaml']

/** Adds `graph`. */
export function graphCommand(program: Command): void {
  const command = program
    .command('graph')
    .description(
      'Draw who depends on whom, with states, what waits and cycles: of files, or of a namespace on the cluster.',
    )
    .argument('[file...]', 'YAML files, folders of them, or - for standard input; the cluster is asked when left out')
    .addOption(new Option('-o, --output <format>', 'format').choices(FORMATS).default('mermaid'))
  clusterOptions(command)
    .addHelpText(
      'after',
      examples(
        program,
        ['graph examples/', 'of files, for a page of Markdown'],
        ['graph -n production', 'of a live namespace'],
        ['graph -n production -o svg > graph.svg', 'as a picture'],
      ),
    )
    .action(async (files: string[], { output, ...options }: ClusterOptions & { output: Format }) => {
      const { graph } = await import('./graph.js')
      await graph(files, options, standardOutput(output))
    })
}
