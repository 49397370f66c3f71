import { spawn } from 'node:child_process'

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** Runs the program as a user does, with something on standard input. */
export async function alustan(
  args: readonly string[],
  input = '',
  env: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
): Promise<Outcome> {
  const command = [process.execPath, ...nodeOptions, 'dist/lib/cli/main.js', ...args]
  // Without the test runner's own hooks, which would double the time and memory of each start.
  const child = spawn('sh', ['-c', 'unset NODE_OPTIONS; exec "$@"', 'sh', ...command], {
    env: { ...process.env, ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined).end(input)
  const code = await new Promise<number>(resolve => child.on('close', code => resolve(code ?? -1)))
  return { code, stdout, stderr }
}

/** The examples: the Secret of a workspace, two Services, and tags of their images. */
export const WORKSPACE = 'examples/workspace.yaml'
export const SERVICES = 'examples/services.yaml'
export const TAGS = ['--tags', 'alustan/backend=0.2.0,0.2.1', '--tags', 'alustan/web=1.1.0,1.1.3,1.2.0']
