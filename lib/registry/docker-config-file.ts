import { readFile, stat } from 'node:fs/promises'
import { AlustanError } from '../errors.js'
import { parseDockerConfig, type DockerConfig } from './docker-config.js'

/**
 * Makes a reader of a docker `config.json` that reads the file again when it changed (a mounted Secret swaps a link).
 * While the file is missing or bad the last good one counts, at first an empty one; each new fault is told once.
 */
export function dockerConfigFile(path: string, onFault: (fault: AlustanError) => void): () => Promise<DockerConfig> {
  let config: DockerConfig = []
  let version: string | undefined
  let fault: string | undefined
  return async () => {
    try {
      const { mtimeMs, size, ino } = await stat(path)
      const newest = `${mtimeMs} ${size} ${ino}`
      if (newest === version) return config
      config = parseDockerConfig(await readFile(path, 'utf8'), `file '${path}'`)
      version = newest
      fault = undefined
    } catch (cause) {
      const error = asFault(cause, path)
      if (error.message !== fault) onFault(error)
      fault = error.message
    }
    return config
  }
}

function asFault(cause: unknown, path: string): AlustanError {
  if (cause instanceof AlustanError) return cause
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return new AlustanError('InvalidInput', `file '${path}' cannot be read${code}; check DOCKER_CONFIG_JSON`, { cause })
}
