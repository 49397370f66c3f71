import { Command } from 'commander'
import { completionCommand } from './completion-command.js'
import { demoCommand } from './demo-command.js'
import { EXIT_CODES } from './exit-code.js'
import { graphCommand } from './graph-command.js'
import { reconcileCommand } from './reconcile-command.js'
import { renderCommand } from './render-command.js'
import { scanCommand } from './scan-command.js'
import { simulateCommand } from './simulate-command.js'
import { traceCommand } from './trace-command.js'

const COMMANDS = [
  traceCommand,
  graphCommand,
  reconcileCommand,
  scanCommand,
  renderCommand,
  simulateCommand,
  demoCommand,
  completionCommand,
]

/** The command line with all its commands, under the name that it was called by. */
export function buildProgram(name: string): Command {
  const program = new Command(name)
    .description('Shows what alustan does and would do, on a cluster and without one.')
    .exitOverride()
    .addHelpText('after', `\nExit codes:\n${EXIT_CODES.map(([code, what]) => `  ${code}  ${what}`).join('\n')}`)
  for (const add of COMMANDS) add(program)
  for (const command of [program, ...program.commands]) {
    const invocation = command === program ? name : `${name} ${command.name()}`
    command.configureOutput({ outputError: (text, write) => write(oneLine(text, invocation)) })
  }
  return program
}

/** What is wrong with the arguments, and the cure. */
function oneLine(text: string, invocation: string): string {
  const line = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\.$/, '')
  const near = line.replace(/\n\(Did you mean (.*)\?\)$/, "; did you mean '$1'?")
  const hasCure = near !== line || line.includes('Allowed choices are')
  return `alustan: ${near}${hasCure ? '' : `; see '${invocation} --help'`}\n`
}
