import { setFlagsFromString } from 'node:v8'
import { type Command, Option } from 'commander'
import { parseConfig } from '../config.js'
import type { ScanOptions } from './image-argument.js'
import { examples, formatOption } from './options.js'
import { type Format, standardOutput } from './output.js'

/** Adds `scan`. */
export function scanCommand(program: Command): void {
  program
    .command('scan')
    .description(
      'Ask the registry which tag of an image would be deployed, which would come next, and why not the others.',
    )
    .argument(
      '<image>',
      'image without tag: alustan/backend, ghcr.io/alustan/backend, registry.example.com:5000/backend',
    )
    .addOption(
      new Option('-c, --constraint <range>', 'version constraint, as in containerRegistry.semanticVersion').default(
        '*',
      ),
    )
    .option('--tag-filter <pattern>', 'regular expression that a tag must match, as in containerRegistry.tagFilter')
    .option('--include-prereleases', 'whether prereleases count where the constraint names none')
    .addOption(formatOption('table'))
    .addHelpText(
      'after',
      examples(
        program,
        ["scan alustan/backend --constraint '>=0.2.0'", 'Docker Hub'],
        ["scan ghcr.io/alustan/web -c '~1.1' -o json", 'GitHub, for a program'],
        ['DOCKER_CONFIG_JSON=~/.docker/config.json alustan scan registry.example.com/x', 'with credentials'],
      ) +
        '\nThe exit code is 6 when no tag satisfies, 5 when the registry cannot be asked. No credentials are ever shown.',
    )
    .action(async (image: string, { output, ...options }: ScanOptions & { output: Format }) => {
      // Pages of tags live for a moment only; V8 would spread them over 48 MiB by itself.
      setFlagsFromString('--semi-space-growth-factor=1')
      const { scan } = await import('./scan.js')
      await scan(image, options, standardOutput(output), parseConfig(process.env))
    })
}
