import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readManifests } from '../../../lib/cli/read-manifests.js'
import { rendered } from '../../../lib/cli/render.js'
import type { CallHook } from '../../../lib/engine/hook.js'
import { app } from '../app.js'
import { grammar } from '../grammar.js'
import type { Reader } from '../reader.js'

const folder = mkdtempSync(join(tmpdir(), 'alustan-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

const callHook: CallHook = async (url, payload, headers) => {
  const answer = await app.inject({ method: 'POST', url: new URL(url).pathname, payload, headers })
  return { status: answer.statusCode, headers: answer.headers, body: answer.body }
}

/** The files of users, as `alustan render` reads them. */
export const manifestReaders: readonly Reader[] = [
  {
    name: 'manifest',
    format: 'text',
    input: grammar(
      'apiVersion: ',
      'alustan.io/v1alpha1',
      '\n',
      'kind: ',
      'Service',
      '  ',
      '- ',
      '---\n',
      '&a ',
      '*a',
      '{',
      '}',
      '[',
      '|',
      ': ',
      '"',
      '#',
    ),
    read: text => {
      const file = join(folder, 'given.yaml')
      writeFileSync(file, text)
      return rendered(readManifests([file]), 'yaml', callHook)
    },
  },
]
