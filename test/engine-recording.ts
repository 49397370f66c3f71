import type { ApiObject } from '../lib/engine/cluster.js'
import type { Request } from './engine-story.js'

/** What was sent to a hook. */
export interface Call {
  hook: string
  request: Request
}

/** What was sent in the whole story; the controller, which every request holds, once. */
export interface Recording {
  controller: unknown
  steps: Record<string, Call[]>
}

/** The calls of each step with everything replaced that differs from run to run. */
export function recording(steps: Record<string, Call[]>): Recording {
  const names = uidNames(steps)
  const text = JSON.stringify(steps, (key: string, value: unknown) => {
    if (key === 'managedFields') return undefined
    return key === 'resourceVersion' ? 'version' : value
  })
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, uid => names.get(uid) ?? uid)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'time')
    .replace(/127\.0\.0\.1:\d+/g, 'hooks')
  const calls = JSON.parse(text) as Record<string, Call[]>
  const controllers = new Set<string>()
  for (const { request } of Object.values(calls).flat()) {
    controllers.add(JSON.stringify(request.controller))
    request.controller = 'as above'
  }
  const [only = '', ...others] = controllers
  if (others.length > 0) throw new Error('the controller changed in the middle of the story')
  return { controller: JSON.parse(only), steps: calls }
}

/** Names for uids that say whose they are: `uid of Note one-note`, and `(2)` for a second of that name. */
function uidNames(steps: Record<string, Call[]>): Map<string, string> {
  const names = new Map<string, string>()
  JSON.stringify(steps, (_key, value: unknown) => {
    const { kind, metadata } = (value ?? {}) as Partial<ApiObject>
    if (kind !== undefined && metadata?.uid !== undefined && !names.has(metadata.uid)) {
      const name = `uid of ${kind} ${metadata.name}`
      const before = [...names.values()].filter(other => other.startsWith(name)).length
      names.set(metadata.uid, before === 0 ? name : `${name} (${before + 1})`)
    }
    return value
  })
  return names
}
