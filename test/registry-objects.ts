import type { ContainerRegistry } from '../lib/registry/container-registry.js'
import { parseDockerConfig } from '../lib/registry/docker-config.js'
import { imageRepository } from '../lib/registry/reference.js'
import type { Scan } from '../lib/registry/scan.js'
import { parseTag, type Tag } from '../lib/registry/tag.js'

/** The image of a spec that says no more than its name. */
export const base: ContainerRegistry = {
  provider: 'docker',
  imageName: 'team/app',
  semanticVersion: '*',
  includePrereleases: false,
}

/** The registries that are asked where nothing else is said. */
export const endpoints = {
  dockerRegistryUrl: 'https://registry-1.docker.io',
  ghcrUrl: 'https://ghcr.io',
  allowedRegistryHosts: [] as string[],
}

/** What is asked for an image of Docker Hub. */
export const docker = (imageName: string) => imageRepository({ ...base, imageName }, endpoints)

/** User and password as a docker config holds them. */
export const auth = (text: string) => Buffer.from(text).toString('base64')

/** A docker config that holds these registries. */
export const config = (auths: object) => parseDockerConfig(JSON.stringify({ auths }), 'file')

/** A tag that is a version. */
export function tag(text: string): Tag {
  const parsed = parseTag(text)
  if (parsed === undefined) throw new Error(`'${text}' is no version`)
  return parsed
}

/** What a scan found: tags with blanks between, or nothing yet. */
export function scan(texts: string | undefined, more: Partial<Scan> = {}): Scan {
  const tags = texts?.split(' ').flatMap(text => parseTag(text) ?? [])
  return { tags, failure: undefined, isTruncated: false, isRunningTagGone: false, ...more }
}
