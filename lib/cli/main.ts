#!/usr/bin/env node
import { constants } from 'node:os'
import { CommanderError } from 'commander'
import { AlustanError } from '../errors.js'
import { exitCode } from './exit-code.js'
import { programName } from './program-name.js'
import { buildProgram } from './program.js'

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Ends by way of `exit`, so that nothing that was started, such as a proxy with the user's login, outlives this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

try {
  await buildProgram(programName()).parseAsync()
} catch (thrown) {
  if (thrown instanceof AlustanError) {
    process.exitCode = exitCode(thrown)
    process.stderr.write(`alustan: ${thrown.message.replaceAll('\n', ' ')}\n`)
  } else if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode
  else throw thrown
}

// Connections that are kept alive would hold the process for seconds; what was printed goes out first.
process.stdout.write('', () => process.exit())
