import type { PullRequest } from '../github/pull-requests.js'
import { mapValues } from '../map-values.js'
import { previewHost } from './preview-host.js'

type Values = Readonly<Record<string, unknown>>

/** Helm values of a preview, or the host that cannot be one of a preview. */
export interface PreviewValues {
  readonly values: Values
  readonly badHost: string | undefined
}

/**
 * Gives every host of an `ingress` (at any depth: charts of charts have several) its preview's name: `hosts[].host`,
 * `hosts[]` and `tls[].hosts[]`. A wildcard of `tls` stays, since it covers them. Empty hosts stay empty.
 */
export function previewValues(values: Values, pullRequest: Pick<PullRequest, 'number' | 'branch'>): PreviewValues {
  let badHost: string | undefined

  function rename(host: unknown): unknown {
    if (typeof host !== 'string' || host === '') return host
    const renamed = previewHost(host, pullRequest)
    if (renamed === undefined) badHost ??= host
    return renamed ?? host
  }
  const renameTls = (host: unknown) => (typeof host === 'string' && host.startsWith('*.') ? host : rename(host))
  const renameEntry = (entry: unknown) =>
    isMap(entry) ? mapValues(entry, (part, key) => (key === 'host' ? rename(part) : part)) : rename(entry)
  const renameEntryOfTls = (entry: unknown) =>
    isMap(entry) ? mapValues(entry, (part, key) => (key === 'hosts' ? mapList(part, renameTls) : part)) : entry

  function renameIngress(ingress: Values): Values {
    return mapValues(ingress, (part, key) => {
      if (key === 'hosts') return mapList(part, renameEntry)
      return key === 'tls' ? mapList(part, renameEntryOfTls) : part
    })
  }
  function visit(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(visit)
    return isMap(part) ? visitMap(part) : part
  }
  function visitMap(map: Values): Values {
    return mapValues(map, (part, key) => (key === 'ingress' && isMap(part) ? renameIngress(part) : visit(part)))
  }
  const renamed = visitMap(values)
  return { values: renamed, badHost }
}

/** Whether it is a map of values. */
export function isMap(part: unknown): part is Values {
  return typeof part === 'object' && part !== null && !Array.isArray(part)
}

function mapList(part: unknown, make: (item: unknown) => unknown): unknown {
  return Array.isArray(part) ? part.map(make) : part
}
