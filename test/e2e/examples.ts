import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { canary } from '../canaries.js'
import type { Seen } from './kubectl.js'
import type { World } from './scenario.js'

/** The manifests of examples/ in the scenario's namespaces, with its chart and with a password that is searched for. */
export async function examples(file: string, world: World): Promise<Seen[]> {
  const documents = parseAllDocuments(await readFile(`examples/${file}`, 'utf8'))
  return documents.map(document => {
    const object: Seen = document.toJS()
    object.metadata.namespace = object.kind === 'Secret' ? world.secretsNamespace : world.namespace
    if (object.kind === 'Secret') object.metadata.annotations.DB_PASSWORD = canary('workspace')
    if (object.spec?.source !== undefined) object.spec.source.repoURL = world.chartURL
    return object
  })
}
