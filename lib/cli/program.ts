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
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'alustan: ')) })
    .addHelpText('after', `\nExit codes:\n${EXIT_CODES.map(([code, what]) => `  ${code}  ${what}`).join('\n')}`)
  for (const add of COMMANDS) add(program)
  return program
}
