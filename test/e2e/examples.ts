import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import type { Seen } from './kubectl.js'
import type { World } from './scenario.js'

/** The manifests of examples/ in the scenario's namespaces and with its chart; their values stay as they are. */
export async function examples(file: string, world: World): Promise<Seen[]> {
  const documents = parseAllDocuments(await readFile(`examples/${file}`, 'utf8'))
  return documents.map(document => {
    const object: Seen = document.toJS()
    if (object.kind === 'Secret') object.metadata.namespace = world.secretsNamespace
    else object.metadata.namespace = world.namespace
    if (object.spec?.source !== undefined) object.spec.source.repoURL = world.chartURL
    return object
  })
}
