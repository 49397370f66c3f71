#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander'
import { parseConfig } from '../config.js'
import { AlustanError } from '../errors.js'
import { demo } from './demo.js'
import { parseTagsOption } from './registry-stand-in.js'
import { render } from './render.js'
import { simulate } from './simulate.js'

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const FILES = 'YAML files, folders of them, or - for standard input'
const collect = (value: string, before: string[]): string[] => [...before, value]
const tagsOption = () =>
  new Option('-t, --tags <IMAGE=TAG,TAG>', 'tags that the registry has; may be given for several images')
    .argParser(collect)
    .default([], 'none')

const program = new Command('alustan')
  .description('Computes what alustan would deploy, without a cluster.')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'alustan: ')) })

program
  .command('render')
  .description('Print what the hooks would answer for the Services and Terraforms in the files.')
  .argument('<file...>', FILES)
  .addOption(tagsOption())
  .addOption(new Option('-o, --output <format>', 'format').choices(['yaml', 'json']).default('yaml'))
  .addHelpText(
    'after',
    `
Examples:
  alustan render examples/workspace.yaml examples/services.yaml                     asks the real registries
  alustan render examples/ --tags alustan/backend=0.2.0,0.2.1 -t alustan/web=1.1.0  asks nobody
Objects in the files that carry the label alustan.io/service or alustan.io/terraform count as observed children.`,
  )
  .action(async (files: string[], options: { tags: string[]; output: 'yaml' | 'json' }) => {
    await render(files, parseTagsOption(options.tags), options.output, parseConfig(process.env))
  })

program
  .command('simulate')
  .description('Play the files on a cluster in memory, with stand-ins for Argo CD and the registry.')
  .argument('<file...>', FILES)
  .addOption(tagsOption())
  .addHelpText(
    'after',
    `
Example:
  alustan simulate examples/ --tags alustan/backend=0.2.0,0.2.1
An image without --tags has the tags that the files name. The exit code is 0 when everything is Completed, else 1.`,
  )
  .action(async (files: string[], options: { tags: string[] }) => {
    process.exitCode = await simulate(files, parseTagsOption(options.tags), parseConfig(process.env))
  })

program
  .command('demo')
  .description('Show what alustan does, on this machine, with the examples.')
  .action(async () => {
    process.exitCode = await demo(parseConfig({}))
  })

try {
  await program.parseAsync()
} catch (thrown) {
  process.exitCode = 1
  if (thrown instanceof AlustanError) process.stderr.write(`alustan: ${thrown.message}\n`)
  else if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode
  else throw thrown
}
