import { z } from 'zod'
import { AlustanError } from '../errors.js'
import { parseJson } from '../http/parse-json.js'
import { DOCKER_HUB_HOSTS } from './reference.js'

/** What a registry is shown: a password, or a token that is changed for another one. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'identityToken'; readonly token: string }

/** A program that holds a password on the machine where `docker login` was called; it cannot be asked here. */
export interface CredentialHelper {
  readonly kind: 'helper'
  readonly program: string
}

/** One entry of a docker `config.json`: credentials, and what they are for. */
export interface DockerConfigEntry {
  readonly host: string
  readonly path: string
  readonly credentials: Credentials | CredentialHelper
}

/** The entries of a docker `config.json`, those for the longest path first. */
export type DockerConfig = readonly DockerConfigEntry[]

const File = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().optional(),
        username: z.string().optional(),
        password: z.string().optional(),
        identitytoken: z.string().optional(),
      }),
    )
    .default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
})
type Entry = z.infer<typeof File>['auths'][string]

/**
 * Reads a docker `config.json`, as `docker login` writes it and Secrets of type `kubernetes.io/dockerconfigjson` hold
 * it. Throws `InvalidInput` that names the file and the entry, never what is in them.
 */
export function parseDockerConfig(text: string, source: string): DockerConfig {
  const parsed = File.safeParse(parseJson(text))
  if (!parsed.success) {
    const cure = 'write {"auths": {"HOST": {"username": …, "password": …}}}, as docker login does'
    throw new AlustanError('InvalidInput', `${source} is no docker config.json; ${cure}`)
  }
  const { auths, credsStore, credHelpers } = parsed.data
  const written = Object.entries(auths).flatMap(([key, entry]) => {
    const credentials = parseEntry(entry, key, source)
    return credentials === undefined ? [] : [{ ...parseKey(key), credentials }]
  })
  const held = Object.entries(credHelpers).map(([key, name]) => ({ ...parseKey(key), credentials: helper(name) }))
  const byLength = [...written, ...held].sort(
    (a, b) => b.path.length - a.path.length || wildcards(a.host) - wildcards(b.host),
  )
  const rest = credsStore === undefined ? [] : [{ host: ANY_HOST, path: '', credentials: helper(credsStore) }]
  return [...byLength, ...rest]
}

/** Stands for every host: those that nothing else is written for. */
const ANY_HOST = '**'

function helper(name: string): CredentialHelper {
  return { kind: 'helper', program: `docker-credential-${name}` }
}

/** Says that passwords cannot be had because helpers hold them; undefined when there are none. */
export function helperFault(config: DockerConfig, source: string): AlustanError | undefined {
  const programs = config.flatMap(({ credentials }) => (credentials.kind === 'helper' ? [credentials.program] : []))
  if (programs.length === 0) return undefined
  const names = [...new Set(programs)].sort().map(name => `'${name}'`)
  return new AlustanError(
    'InvalidInput',
    `${source} leaves passwords to ${names.join(' and ')}, which cannot be asked here; write username and password into it`,
  )
}

/** The entry for a repository of a registry, whose host may carry a port; kubelet's rule of the longest path. */
export function entryFor(config: DockerConfig, host: string, repository: string): DockerConfigEntry | undefined {
  const name = hubName(host.toLowerCase())
  return config.find(
    entry =>
      matchesHost(entry.host, name) &&
      (entry.path === '' || repository === entry.path || repository.startsWith(`${entry.path}/`)),
  )
}

function parseEntry(entry: Entry, key: string, source: string): Credentials | undefined {
  if (entry.identitytoken) return { kind: 'identityToken', token: entry.identitytoken }
  if (entry.username && entry.password !== undefined) {
    return { kind: 'password', username: entry.username, password: entry.password }
  }
  if (!entry.auth) return undefined // docker writes an empty entry when a credential helper holds the password
  // docker pads what it encodes with NULs
  const plain = Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = plain.indexOf(':')
  if (colon < 1) {
    const cure = 'it must be the base64 of USER:PASSWORD'
    throw new AlustanError('InvalidInput', `${source}: 'auth' of '${key}' cannot be read; ${cure}`)
  }
  return { kind: 'password', username: plain.slice(0, colon), password: plain.slice(colon + 1) }
}

/** Docker Hub's key is `https://index.docker.io/v1/`; others are hosts, perhaps with a scheme and a path. */
function parseKey(key: string): { host: string; path: string } {
  const [host = '', ...path] = key.replace(/^https?:\/\//, '').split('/')
  if (path[0] === 'v1' || path[0] === 'v2') path.shift()
  return { host: hubName(host.toLowerCase()), path: path.filter(part => part !== '').join('/') }
}

function hubName(host: string): string {
  return DOCKER_HUB_HOSTS.some(alias => alias === host) ? 'docker.io' : host
}

function wildcards(host: string): number {
  return host.split('*').length
}

/** `*` stands for any characters of one label: `*.dkr.ecr.*.amazonaws.com`. */
function matchesHost(pattern: string, host: string): boolean {
  if (pattern === ANY_HOST) return true
  const labels = host.split('.')
  const patterns = pattern.split('.')
  return labels.length === patterns.length && patterns.every((part, index) => matchesLabel(part, labels[index] ?? ''))
}

function matchesLabel(pattern: string, label: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === label
  const last = rest.pop() ?? ''
  if (label.length < first.length + last.length || !label.startsWith(first) || !label.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const found = label.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= label.length - last.length
}
