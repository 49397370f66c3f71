import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { settings } from './helm.js'
import type { World } from './scenario.js'
import { run } from './shell.js'

/**
 * Runs the block of commands of a page that begins with `beginning`, as a reader would who has this run's namespaces:
 * `alustan` and `team-a` there. `values` are added to whatever Helm installs or upgrades. Returns what they print.
 */
export async function follow(
  page: string,
  beginning: string,
  { namespace, secretsNamespace }: World,
  values: Record<string, unknown> = {},
): Promise<string> {
  const blocks = [...(await readFile(page, 'utf8')).matchAll(/```sh\n([\s\S]*?)\n```/g)].map(([, code = '']) => code)
  const block = blocks.find(code => code.startsWith(beginning))
  assert.ok(block, `${page} has a block of commands that begins with '${beginning}'`)
  const commands = block
    // It is there, with what earlier steps put into it.
    .replaceAll('kubectl create namespace alustan', `kubectl get namespace ${secretsNamespace}`)
    .replaceAll(/(--namespace|-n) alustan\b/g, `$1 ${secretsNamespace}`)
    .replaceAll(/(--namespace|-n) team-a\b/g, `$1 ${namespace}`)
    .replaceAll('--all-namespaces', `--namespace ${namespace}`)
  return run('bash', ['-euo', 'pipefail', '-c', `${helmWith(values)}\n${commands}`])
}

function helmWith(values: Record<string, unknown>): string {
  const options = settings(values).map(option => `'${option.replaceAll("'", String.raw`'\''`)}'`)
  return `helm() {
  case $1 in
  install | upgrade) command helm "$@" --wait --timeout=240s ${options.join(' ')} ;;
  *) command helm "$@" ;;
  esac
}`
}
