import { exitCode } from '../lib/cli/exit-code.js'
import { AlustanError } from '../lib/errors.js'
import type { Outcome } from './run-cli.js'

/** A command in this process, told as the program tells it: starting one takes a second. */
export async function told(act: (write: (text: string) => void) => Promise<unknown>): Promise<Outcome> {
  let stdout = ''
  try {
    await act(text => (stdout += text))
    return { code: 0, stdout, stderr: '' }
  } catch (thrown) {
    if (!(thrown instanceof AlustanError)) throw thrown
    return { code: exitCode(thrown), stdout, stderr: `alustan: ${thrown.message}\n` }
  }
}
