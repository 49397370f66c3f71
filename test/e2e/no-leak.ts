import assert from 'node:assert/strict'
import { leaks } from '../canaries.js'
import { list } from './kubectl.js'
import type { World } from './scenario.js'
import { run } from './shell.js'

const OURS = ['services.alustan.io', 'terraforms.alustan.io']

/** What more people may read than the secrets behind it holds none of them: Events, and the status of our resources. */
export async function noLeak({ namespace, secretsNamespace }: World): Promise<void> {
  // An uninstall by the documentation takes our kinds away too.
  const crds = await run('kubectl', ['get', 'crd', '-o', 'name', '--ignore-not-found', ...OURS])
  const kinds = ['events', ...OURS.filter(name => crds.includes(name))]
  const objects = await Promise.all(
    [namespace, secretsNamespace].flatMap(where => kinds.map(kind => list(kind, where))),
  )
  const texts = objects.flat().map(({ kind, status, ...event }) => JSON.stringify(kind === 'Event' ? event : status))
  assert.deepEqual(leaks(texts.join('\n')), [])
}
