import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readManifests } from '../../../lib/cli/read-manifests.js'
import { rendered } from '../../../lib/cli/render.js'
import { post } from '../app.js'
import { grammar } from '../grammar.js'
import type { Reader } from '../reader.js'

const folder = mkdtempSync(join(tmpdir(), 'alustan-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

/** The parser takes tenths of a second over ten thousand brackets; in proportion, so that a file is read all the same. */
const MAX_LENGTH = 3000

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
      writeFileSync(file, text.slice(0, MAX_LENGTH))
      return rendered(readManifests([file]), 'yaml', post)
    },
  },
]
