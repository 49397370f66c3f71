import type { Config } from '../config.js'
import type { AlustanError } from '../errors.js'
import { createRegistryClient } from './client.js'
import { systemClock } from './clock.js'
import { credentialsFor } from './docker-config.js'
import { dockerConfigFile } from './docker-config-file.js'
import type { ImageScanner } from './scan.js'
import { createScanner } from './scanner.js'

/** Who is told what the scanner does. */
export interface ScannerObservers {
  onRequest: (request: { host: string; code: string }) => void
  /** A docker `config.json` that cannot be used; the older one stays in use. */
  onCredentialsFault: (fault: AlustanError) => void
}

/** The scanner of a server: real registries, and the credentials that the configuration names. */
export function imageScanner(config: Config, { onRequest, onCredentialsFault }: ScannerObservers): ImageScanner {
  const { dockerConfigPath } = config
  const read = dockerConfigPath === undefined ? async () => [] : dockerConfigFile(dockerConfigPath, onCredentialsFault)
  const client = createRegistryClient({
    fetch,
    now: systemClock.now,
    credentials: async (host, repository) => credentialsFor(await read(), host, repository),
    onRequest,
  })
  return createScanner({ client })
}
