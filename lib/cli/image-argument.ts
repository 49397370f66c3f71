import { AlustanError } from '../errors.js'
import { ContainerRegistry } from '../registry/container-registry.js'
import { DOCKER_HUB_HOSTS } from '../registry/reference.js'

/** How an image is to be scanned, beside its name. */
export interface ScanOptions {
  readonly constraint: string
  readonly tagFilter?: string
  readonly includePrereleases?: boolean
}

/**
 * Reads an image as users write it: `alustan/backend` is of Docker Hub, `ghcr.io/alustan/backend` of GitHub,
 * `host:5000/backend` of another registry. Throws `InvalidInput` for a tag or digest, or what is no image.
 */
export function imageArgument(text: string, options: ScanOptions): ContainerRegistry {
  const refuse = (fault: string) => new AlustanError('InvalidInput', `image '${text}' ${fault}`)
  if (text.includes('://')) throw refuse('should not have a scheme; write it without what ends in ://')
  const [, digest] = /(@.*)$/.exec(text) ?? []
  if (digest !== undefined) throw refuse(`should not include a digest; remove '${digest}'`)
  const [first = '', ...rest] = text.split('/')
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first)
  const imageName = isHost ? rest.join('/') : text
  const [, tag] = /(:[^/]*)$/.exec(imageName) ?? []
  if (tag !== undefined) throw refuse(`should not include a tag; remove '${tag}', and say which tags with --constraint`)
  const { constraint, tagFilter, includePrereleases = false } = options
  const parsed = ContainerRegistry.safeParse({
    ...provider(isHost ? first.toLowerCase() : undefined),
    imageName,
    semanticVersion: constraint,
    ...(tagFilter !== undefined && { tagFilter }),
    includePrereleases,
  })
  if (parsed.success) return parsed.data
  throw refuse(`cannot be scanned: ${parsed.error.issues.map(({ message }) => message).join('; ')}`)
}

function provider(host: string | undefined): { provider: string; host?: string } {
  if (host === undefined || DOCKER_HUB_HOSTS.some(hub => hub === host)) return { provider: 'docker' }
  return host === 'ghcr.io' ? { provider: 'ghcr' } : { provider: 'generic', host }
}
