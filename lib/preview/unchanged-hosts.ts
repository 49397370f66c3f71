import { rememberByObject } from '../remember-by-object.js'
import { isHost } from './preview-host.js'
import { isMap } from './preview-values.js'

/** Keys under which charts name the hosts at which they are reached. */
const EXPOSING: ReadonlySet<string> = new Set(['ingress', 'httpRoute', 'gateway'])

/** Whether values name hosts where `previewValues` changes none, so that copies claim those of the Service. */
export const hasUnchangedHosts = rememberByObject((values: object): boolean => isExposed(values))

function isExposed(part: unknown): boolean {
  if (Array.isArray(part)) return part.some(isExposed)
  if (!isMap(part)) return false
  return Object.entries(part).some(([key, inner]) => {
    if (!EXPOSING.has(key)) return isExposed(inner)
    const isChanged = key === 'ingress' && isMap(inner) && Array.isArray(inner.hosts) && namesHost(inner.hosts, true)
    return !isChanged && namesHost(inner)
  })
}

/** Whether a host is named under a key like `host`, `hostname` or `extraHosts`, but in what is not turned off. */
function namesHost(part: unknown, isOfHost = false): boolean {
  if (typeof part === 'string') return isOfHost && part.includes('.') && isHost(part)
  if (Array.isArray(part)) return part.some(item => namesHost(item, isOfHost))
  if (!isMap(part) || part.enabled === false) return false
  return Object.entries(part).some(([key, inner]) => key !== 'tls' && namesHost(inner, isOfHost || /host/i.test(key)))
}
