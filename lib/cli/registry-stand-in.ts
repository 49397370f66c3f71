import { AlustanError } from '../errors.js'
import type { KubernetesObject } from '../metacontroller.js'
import { API_VERSION } from '../names.js'
import { type Repositories, tagsPage } from './tags-page.js'

/** The registry in an image's name: whatever it is, this stands in for it. */
const HOST = /^(localhost|[^/]*[.:][^/]*)\//

/** A `fetch` that answers as a registry with these tags would; nothing leaves this process. */
export function registryFetch(repositories: Repositories): typeof fetch {
  return async input => {
    const url = new URL(input instanceof Request ? input.url : input)
    const { status, link, body } = tagsPage(repositories, url)
    const headers = { 'content-type': 'application/json', ...(link !== undefined && { link }) }
    return new Response(JSON.stringify(body), { status, headers })
  }
}

/** Reads `--tags IMAGE=TAG,TAG`. Throws `InvalidInput` on anything else. */
export function parseTagsOption(options: readonly string[]): Repositories {
  return new Map(
    options.map(option => {
      const [, image, tags] = /^([^=]+)=(.+)$/.exec(option) ?? []
      if (image === undefined || tags === undefined) {
        throw new AlustanError(
          'InvalidInput',
          `--tags '${option}' is not IMAGE=TAG,TAG; write it like alustan/backend=0.2.0,0.2.1`,
        )
      }
      return [image.replace(HOST, ''), tags.split(',')]
    }),
  )
}

/** Tags for images of which none are given: those that the manifests themselves name, as `imageName:tag`. */
export function tagsInManifests(objects: readonly KubernetesObject[]): Repositories {
  const repositories: Repositories = new Map()
  for (const { apiVersion, spec } of objects) {
    if (apiVersion !== API_VERSION) continue
    const { containerRegistry } = spec as { containerRegistry?: { imageName: string; semanticVersion?: string } }
    if (containerRegistry === undefined) continue
    const { imageName, semanticVersion = '' } = containerRegistry
    const named = [...JSON.stringify(spec).matchAll(/"([^"\s]+):([\w][\w.-]{0,127})"/g)]
      .filter(([, image]) => image === imageName || image?.endsWith(`/${imageName}`))
      .map(([, , tag]) => tag ?? '')
    const lowest = /\d+(\.\d+){0,2}/.exec(semanticVersion)?.[0] ?? '1'
    const tags = named.length > 0 ? named : [[...lowest.split('.'), '0', '0'].slice(0, 3).join('.')]
    repositories.set(imageName, [...new Set([...(repositories.get(imageName) ?? []), ...tags])])
  }
  return repositories
}
