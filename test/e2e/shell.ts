import { type ChildProcess, spawn } from 'node:child_process'

/** Runs a program to its end and returns its standard output; throws what it said when it fails. */
export async function run(program: string, args: readonly string[], input?: string): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined).end(input)
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.trim()}`)
  return stdout
}

/** A program that goes on in the background; what it prints is kept for the case that something fails. */
export interface Background {
  readonly child: ChildProcess
  output(): string
  stop(): Promise<void>
}

const OUTPUT_LIMIT = 200_000

/** Starts a program in the background. */
export function start(program: string, args: readonly string[], env: Record<string, string> = {}): Background {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-OUTPUT_LIMIT)))
  }
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()).on('error', () => resolve()))
  return {
    child,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(killer)
    },
  }
}

/** Asks again and again until `probe` gives something; after `seconds` it throws what `probe` said last. */
export async function eventually<T>(what: string, seconds: number, probe: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000
  let last = 'it never came true'
  while (Date.now() < end) {
    try {
      const found = await probe()
      if (found !== undefined) return found
    } catch (thrown) {
      last = thrown instanceof Error ? thrown.message : String(thrown)
    }
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error(`${what}: not within ${seconds} s: ${last}`)
}
