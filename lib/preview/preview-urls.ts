import { isHost } from './preview-host.js'
import { isMap } from './preview-values.js'

/** A preview with more addresses than these shows only so many. */
const MAX_URLS = 10

/**
 * The addresses at which Helm values expose an application, sorted: https where `ingress.tls` covers the host (an entry
 * without hosts covers all), else http. None of an ingress with `enabled: false`.
 */
export function ingressUrls(values: unknown): string[] {
  const urls = new Set<string>()
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit)
    if (!isMap(part)) return
    for (const [key, inner] of Object.entries(part)) {
      if (key === 'ingress' && isMap(inner)) addUrls(inner, urls)
      else visit(inner)
    }
  }
  visit(values)
  return [...urls].sort().slice(0, MAX_URLS)
}

function addUrls(ingress: Readonly<Record<string, unknown>>, urls: Set<string>): void {
  if (ingress.enabled === false) return
  const secured = listOf(ingress.tls).filter(isMap)
  for (const entry of listOf(ingress.hosts)) {
    const host = isMap(entry) ? entry.host : entry
    if (typeof host !== 'string' || !isHost(host) || host.startsWith('*')) continue
    const isSecured = secured.some(({ hosts }) => listOf(hosts).length === 0 || listOf(hosts).some(covers(host)))
    urls.add(`${isSecured ? 'https' : 'http'}://${host}`)
  }
}

/** Whether a certificate for a name is one for the host: a wildcard stands for one label. */
function covers(host: string): (name: unknown) => boolean {
  const wildcard = host.replace(/^[^.]+/, '*')
  return name => name === host || name === wildcard
}

function listOf(part: unknown): readonly unknown[] {
  return Array.isArray(part) ? part : []
}
