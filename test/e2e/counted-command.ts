import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { alustan } from '../run-cli.js'
import { type ApiCounter, apiCounter } from './api-counter.js'
import type { World } from './scenario.js'

let counter: ApiCounter

/** What a command printed, and what that took. */
interface Told {
  readonly told: string
  readonly requests: readonly string[]
  readonly milliseconds: number
}

/** Begins to count what commands ask the API server for; returns what ends it. */
export async function countCommands(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(`${tmpdir()}/alustan-e2e-`)
  counter = await apiCounter(folder)
  return async () => {
    await counter.stop()
    await rm(folder, { recursive: true })
  }
}

/** Runs a command of the command line, which must succeed, on the scenario's namespace. */
export async function command({ namespace, secretsNamespace }: World, ...args: string[]): Promise<Told> {
  const env = { ALUSTAN_NAMESPACE: secretsNamespace, KUBECONFIG: counter.kubeconfig }
  counter.requests.length = 0
  const began = Date.now()
  const { code, stdout, stderr } = await alustan([...args, '-n', namespace], '', env)
  const milliseconds = Date.now() - began
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, args.join(' '))
  return { told: stdout, requests: [...counter.requests], milliseconds }
}
