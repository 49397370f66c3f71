import type { Command } from 'commander'
import { parseConfig } from '../config.js'

/** Adds `demo`. */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('Show what alustan does, on this machine, with the examples.')
    .action(async () => {
      const { demo } = await import('./demo.js')
      const { screenFor } = await import('./screen.js')
      process.exitCode = await demo(parseConfig({}), screenFor(process.stdout, process.env))
    })
}
