import type { Config } from '../config.js'
import type { AlustanError } from '../errors.js'
import { systemClock } from '../refresh/clock.js'
import { watchedFile } from '../watched-file.js'
import { createRegistryClient } from './client.js'
import {
  type CredentialHelper,
  type Credentials,
  type DockerConfig,
  type DockerConfigEntry,
  entryFor,
  helperFault,
  parseDockerConfig,
} from './docker-config.js'
import type { ScanReport } from './scanned-image.js'
import { type ReportingScanner, createScanner } from './scanner.js'

/** Finds the credentials for a repository of a registry. */
export type FindCredentials = (host: string, repository: string) => Promise<Credentials | CredentialHelper | undefined>

/** Finds the entry that holds them. */
export type FindEntry = (host: string, repository: string) => Promise<DockerConfigEntry | undefined>

/**
 * The credentials of the docker `config.json` that the configuration names, read again when it changes. `onFault` is
 * told of a file that cannot be used, of which the older one stays in use, and of passwords that are not in it.
 */
export function registryCredentials(config: Config, onFault: (fault: AlustanError) => void): FindCredentials {
  const find = registryEntries(config, onFault, (text, source) => {
    const parsed = parseDockerConfig(text, source)
    const fault = helperFault(parsed, source)
    if (fault !== undefined) onFault(fault)
    return parsed
  })
  return async (host, repository) => (await find(host, repository))?.credentials
}

/** The same as `registryCredentials`, with what they are for, and not told of passwords that are not in the file. */
export function registryEntries(
  config: Config,
  onFault: (fault: AlustanError) => void,
  parse: (text: string, source: string) => DockerConfig = parseDockerConfig,
): FindEntry {
  const { dockerConfigPath } = config
  if (dockerConfigPath === undefined) return async () => undefined
  const read = watchedFile({ path: dockerConfigPath, variable: 'DOCKER_CONFIG_JSON', parse, initial: [], onFault })
  return async (host, repository) => entryFor(await read(), host, repository)
}

/** The scanner of a server, of real registries. */
export function imageScanner(
  { allowedTokenHosts: tokenHosts }: Config,
  credentials: FindCredentials,
  onRequest: (request: { host: string; code: string }) => void,
  onScan?: (report: ScanReport) => void,
): ReportingScanner {
  const client = createRegistryClient({ fetch, now: systemClock.now, credentials, tokenHosts, onRequest })
  return createScanner({ client, ...(onScan && { onScan }) })
}
