import type { Command } from 'commander'
import { parseConfig } from '../config.js'
import { FILES, examples, pullsOption, tagsOption } from './options.js'
import { parsePullsOption } from './pull-requests-stand-in.js'
import { parseTagsOption } from './registry-stand-in.js'

/** Adds `simulate`. */
export function simulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('Play the files on a cluster in memory, with stand-ins for Argo CD, containers and the registry.')
    .argument('<file...>', FILES)
    .addOption(tagsOption())
    .addOption(pullsOption())
    .addHelpText(
      'after',
      examples(program, ['simulate examples/ --tags alustan/backend=0.2.0,0.2.1', 'shows a table that moves']) +
        '\nAn image without --tags has the tags that the files name. The exit code is 0 when everything is Completed, else 1.',
    )
    .action(async (files: string[], options: { tags: string[]; pulls: string[] }) => {
      const { simulate } = await import('./simulate.js')
      const pulls = parsePullsOption(options.pulls)
      process.exitCode = await simulate(files, parseTagsOption(options.tags), parseConfig(process.env), pulls)
    })
}
