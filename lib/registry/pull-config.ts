import type { Credentials } from './docker-config.js'
import { DOCKER_HUB_HOSTS } from './reference.js'

/** How docker's `config.json` names Docker Hub. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/'

/** A docker `config.json` for one registry only, with which a kubelet pulls. */
export function pullConfig(host: string, credentials: Credentials): string {
  const key = DOCKER_HUB_HOSTS.some(hub => hub === host) ? DOCKER_HUB_KEY : host
  const entry =
    credentials.kind === 'identityToken'
      ? { identitytoken: credentials.token }
      : { auth: Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64') }
  return JSON.stringify({ auths: { [key]: entry } })
}
