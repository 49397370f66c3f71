import { AlustanError } from '../errors.js'
import type { ContainerRegistry } from './container-registry.js'

/** Where images are asked for; part of `Config`. */
export interface Endpoints {
  readonly dockerRegistryUrl: string
  readonly ghcrUrl: string
  readonly allowedRegistryHosts: readonly string[]
}

/** One image: whom to ask for its tags, and how users write it. */
export interface ImageRepository {
  /** Base URL of the registry's API, without `/v2` and without a slash at its end. */
  readonly endpoint: string
  /** The registry that nodes pull from, as references name it: `docker.io`, `ghcr.io`, `host:5000`. */
  readonly registry: string
  /** Repository as the API names it, e.g. `library/nginx`. */
  readonly path: string
  /** The image in a reference, without scheme and tag: `alustan/backend`, `ghcr.io/alustan/x`, `host:5000/x`. */
  readonly name: string
  /** Every way in which users write this image, without tag. */
  readonly spellings: ReadonlySet<string>
}

/** Docker Hub's host as references, `docker login` and the API name it. */
export const DOCKER_HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io'] as const

/**
 * Finds the registry and the names of an image. Throws `RegistryHostForbidden` for a host that the installation does
 * not allow, `InvalidSpec` for one that is missing or none at all.
 */
export function imageRepository(registry: ContainerRegistry, endpoints: Endpoints): ImageRepository {
  const { provider, imageName } = registry
  switch (provider) {
    case 'docker': {
      const names = dockerNames(imageName)
      const spellings = names.flatMap(name => [name, ...DOCKER_HUB_HOSTS.map(host => `${host}/${name}`)])
      const path = imageName.includes('/') ? imageName : `library/${imageName}`
      const [registry] = DOCKER_HUB_HOSTS
      return { endpoint: endpoints.dockerRegistryUrl, registry, path, name: imageName, spellings: new Set(spellings) }
    }
    case 'ghcr':
      return hosted('ghcr.io', endpoints.ghcrUrl, imageName)
    case 'generic': {
      const host = registry.host?.toLowerCase()
      if (host === undefined) {
        throw new AlustanError('InvalidSpec', `image '${imageName}' names no registry; set containerRegistry.host`)
      }
      return hosted(host, genericEndpoint(host, endpoints.allowedRegistryHosts), imageName)
    }
  }
}

function hosted(host: string, endpoint: string, imageName: string): ImageRepository {
  const name = `${host}/${imageName}`
  return { endpoint, registry: host, path: imageName, name, spellings: new Set([imageName, name]) }
}

/** Official images are written with and without `library/`. */
function dockerNames(imageName: string): string[] {
  if (!imageName.includes('/')) return [imageName, `library/${imageName}`]
  const official = /^library\/([^/]+)$/.exec(imageName)?.[1]
  return official === undefined ? [imageName] : [imageName, official]
}

function genericEndpoint(host: string, allowedHosts: readonly string[]): string {
  const entries = allowedHosts.map(entry => entry.toLowerCase().replace(/\/+$/, ''))
  const isPlain = entries.includes(`http://${host}`)
  if (entries.length > 0 && !isPlain && !entries.includes(host) && !entries.includes(`https://${host}`)) {
    throw new AlustanError(
      'RegistryHostForbidden',
      `registry host '${host}' is not allowed here; use an allowed one, or have it added to ALLOWED_REGISTRY_HOSTS`,
    )
  }
  const url = URL.canParse(`https://${host}`) ? new URL(`https://${host}`) : undefined
  if (url === undefined) {
    throw new AlustanError('InvalidSpec', `registry host '${host}' is no host; write it like registry.example.com:5000`)
  }
  return `${isPlain || isLoopback(url.hostname) ? 'http' : 'https'}://${host}`
}

/** Whether a URL's `hostname` is this machine itself: `localhost`, 127.0.0.0/8 or `[::1]`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** Whether the text is the image without tag and digest: what a map with `repository` and `tag` holds. */
export function isRepository(text: string, image: ImageRepository): boolean {
  return image.spellings.has(text)
}

/** Grammar of tag and digest: distribution/reference. */
const TAG = /:([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$/
const DIGEST = /@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/

/** The same spelling of the image with another tag and no digest; undefined when the text is not this image. */
export function retag(text: string, image: ImageRepository, tag: string): string | undefined {
  const name = text.replace(DIGEST, '').replace(TAG, '')
  return image.spellings.has(name) ? `${name}:${tag}` : undefined
}
