import type { Command } from 'commander'
import { parseConfig } from '../config.js'
import { FILES, examples, formatOption, pullsOption, tagsOption } from './options.js'
import type { Format } from './output.js'
import { parsePullsOption } from './pull-requests-stand-in.js'
import { parseTagsOption } from './registry-stand-in.js'

/** Adds `render`. */
export function renderCommand(program: Command): void {
  program
    .command('render')
    .description('Print what the hooks would answer for the Services and Terraforms in the files, without a cluster.')
    .argument('<file...>', FILES)
    .addOption(tagsOption())
    .addOption(pullsOption())
    .addOption(formatOption('yaml'))
    .addHelpText(
      'after',
      examples(
        program,
        ['render examples/workspace.yaml examples/services.yaml', 'asks the real registries'],
        ['render examples/ --tags alustan/backend=0.2.0,0.2.1 -t alustan/web=1.1.0', 'asks nobody'],
        ['render examples/ --pulls alustan/web-app-demo=7:feature/login', 'shows the copy of a pull request'],
        ['render - < service.yaml', 'reads standard input'],
      ) +
        '\nObjects in the files that carry the label alustan.io/service or alustan.io/terraform count as observed children.',
    )
    .action(async (files: string[], options: { tags: string[]; pulls: string[]; output: Format }) => {
      const { render } = await import('./render.js')
      const { output } = options
      const pulls = parsePullsOption(options.pulls)
      await render(files, parseTagsOption(options.tags), output, parseConfig(process.env), pulls)
    })
}
