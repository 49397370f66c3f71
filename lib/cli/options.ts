import { type Command, Option } from 'commander'
import type { Format } from './output.js'

/** What an argument of files may be. */
export const FILES = 'YAML files, folders of them, or - for standard input'

/** The option that stands in for a registry. */
export function tagsOption(): Option {
  return new Option('-t, --tags <IMAGE=TAG,TAG>', 'tags that the registry has; may be given for several images')
    .argParser((value: string, before: string[]) => [...before, value])
    .default([], 'none')
}

/** The option of every command that prints for people and for programs; the first format is the default. */
export function formatOption(...formats: readonly [byDefault: Format, ...others: Format[]]): Option {
  const choices = new Set([...formats, 'table', 'json', 'yaml'])
  return new Option('-o, --output <format>', 'format').choices([...choices]).default(formats[0])
}

/** Adds the options of every command that asks a cluster: the same as kubectl's. */
export function clusterOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'namespace; that of the context when left out')
    .option('--context <name>', 'context of the kubeconfig; the current one when left out')
}

/** Examples below a help text; each is an invocation and what it does. */
export function examples(program: Command, ...rows: readonly (readonly [invocation: string, what: string])[]): string {
  const lines = rows.map(([invocation, what]) => {
    const isWhole = /^[A-Z_]+=/.test(invocation) // begins with a variable
    return [`  ${isWhole ? invocation : `${program.name()} ${invocation}`}`, what] as const
  })
  const width = Math.max(...lines.map(([line]) => line.length))
  return [
    '',
    rows.length > 1 ? 'Examples:' : 'Example:',
    ...lines.map(([a, b]) => `${a.padEnd(width)}   ${b}`.trimEnd()),
  ].join('\n')
}

/** The option that stands in for GitHub. */
export function pullsOption(): Option {
  return new Option(
    '-p, --pulls <REPOSITORY=NUMBER:BRANCH,…>',
    'open pull requests, with the labels that are asked for',
  )
    .argParser((value: string, before: string[]) => [...before, value])
    .default([], 'none')
}
