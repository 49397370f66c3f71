import { spawnSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import type { Seen } from './kubectl.js'
import { run } from './shell.js'

export const CHART = 'charts/alustan'

/** A program that this scenario needs and that is not on PATH; undefined when all are. */
export function missingProgram(...programs: string[]): string | undefined {
  return programs.find(program => spawnSync(program, ['--help'], { stdio: 'ignore' }).error !== undefined)
}

/** Options that set values; `key=value` as text or number, whatever else as JSON. */
export function settings(values: Record<string, unknown>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--set-json', `${name}=${JSON.stringify(value)}`])
}

/** Renders our chart and returns the objects. */
export async function template(namespace: string, ...options: string[]): Promise<Seen[]> {
  return render(CHART, namespace, ...options)
}

/** Renders the chart in a folder and returns the objects. */
export async function render(folder: string, namespace: string, ...options: string[]): Promise<Seen[]> {
  return documents(await run('helm', ['template', 'alustan', folder, '--namespace', namespace, ...options]))
}

/** The objects of a release as they were installed. */
export async function manifestOf(release: string, namespace: string): Promise<Seen[]> {
  return documents(await run('helm', ['get', 'manifest', release, '--namespace', namespace]))
}

function documents(text: string): Seen[] {
  return parseAllDocuments(text, { version: '1.1' })
    .map((document): Seen => document.toJS())
    .filter(object => object !== null)
}
