import { isLoopback } from './reference.js'

/** Token services that registries of other domains are known to use. */
const KNOWN_HOSTS: ReadonlySet<string> = new Set([
  'auth.docker.io',
  'oauth2.googleapis.com',
  'login.microsoftonline.com',
])

/** Labels under which countries let others register names: `example.co.uk`. */
const SECOND_LEVELS: ReadonlySet<string> = new Set(
  (
    'ac ad adm asn asso biz club co com ebiz ed edu ernet firm fm gc gen go gob gouv gov govt gr gub gv idn idv ind ' +
    'inf info int lg ltd me mil mod muni name ne net nhs nic nom ntr or org plc police priv pro pub re res sch school ' +
    'store tm tv web'
  ).split(' '),
)

/** Whether tokens may be asked for there at all: https, or plain http where the registry itself is asked by it. */
export function isUsableRealm(realm: URL, registry: URL): boolean {
  if (realm.username !== '' || realm.password !== '') return false
  if (realm.protocol === 'https:') return true
  const isNear = realm.hostname === registry.hostname || (isLoopback(realm.hostname) && isLoopback(registry.hostname))
  return realm.protocol === 'http:' && registry.protocol === 'http:' && isNear
}

/**
 * Whether the registry's password may be shown there: on its own host, within its domain, to a known service, or to one
 * of `tokenHosts`.
 */
export function isTrustedRealm(realm: URL, registry: URL, tokenHosts: readonly string[]): boolean {
  if (!isUsableRealm(realm, registry)) return false
  if (realm.hostname === registry.hostname || KNOWN_HOSTS.has(realm.hostname)) return true
  if (tokenHosts.some(host => host.toLowerCase() === realm.hostname)) return true
  if (isLoopback(realm.hostname) && isLoopback(registry.hostname)) return true
  const domain = registrableDomain(registry.hostname)
  return domain !== undefined && domain === registrableDomain(realm.hostname)
}

/**
 * The part of a host name that somebody registered: two labels, or three below endings such as `co.uk`. Undefined for
 * addresses and single names. A good guess without the public suffix list.
 */
function registrableDomain(hostname: string): string | undefined {
  const labels = hostname.split('.')
  if (hostname.startsWith('[') || /^\d+$/.test(labels.at(-1) ?? '')) return undefined
  const [second = '', top = ''] = labels.slice(-2)
  const size = top.length === 2 && SECOND_LEVELS.has(second) ? 3 : 2
  return labels.length < size ? undefined : labels.slice(-size).join('.')
}
