import assert from 'node:assert/strict'
import { leaks } from '../canaries.js'
import { list } from './kubectl.js'
import type { World } from './scenario.js'

/** What more people may read than the secrets behind it holds none of them: Events, and the status of our resources. */
export async function noLeak({ namespace, secretsNamespace }: World): Promise<void> {
  const kinds = ['events', 'services.alustan.io', 'terraforms.alustan.io']
  const objects = await Promise.all(
    [namespace, secretsNamespace].flatMap(where => kinds.map(kind => list(kind, where))),
  )
  const texts = objects.flat().map(({ kind, status, ...event }) => JSON.stringify(kind === 'Event' ? event : status))
  assert.deepEqual(leaks(texts.join('\n')), [])
}
