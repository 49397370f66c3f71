import type { FastifyBaseLogger } from 'fastify'
import type { Condition } from '../lib/conditions.js'
import { type Parent, isRecord } from '../lib/metacontroller.js'
import { compareTags, parseTag } from '../lib/registry/tag.js'
import { lastSeen } from './last-seen.js'
import type { Metrics } from './metrics.js'

/** What of a status is told to the log. */
interface Status {
  readonly state: string
  readonly message: string
  readonly image?: string | undefined
  /** The newest run of a Terraform. */
  readonly run?: { readonly job: string } | undefined
  readonly conditions?: readonly Condition[] | undefined
}

/** Notes how an answer's status differs from the one that the parent has. */
export type NoteChange = (log: FastifyBaseLogger, parent: Parent, after: Status) => void

/**
 * Makes the writer of a log line and a count for each change of state or image. A change is seen when it is answered,
 * so until the status is written the same one is answered again: it counts once for each version of the resource.
 */
export function changeObserver(metrics: Metrics): NoteChange {
  const isNew = lastSeen()
  return (log, { kind, metadata, status }, after) => {
    const { state, message, image, run } = after
    const before = isRecord(status) ? status : {}
    const job = isRecord(before.run) ? before.run.job : undefined
    if (before.state === state && before.image === image && job === run?.job) return
    const { namespace, name, uid, resourceVersion } = metadata
    if (!isNew(`${kind} ${uid ?? `${namespace}/${name}`}`, String(resourceVersion))) return
    const reason = after.conditions?.find(({ type }) => type === 'Ready')?.reason
    log.info(
      { kind, namespace, name, state, reason, from: before.state, image, run: run?.job, message },
      'state changed',
    )
    if (before.state !== state) metrics.observeState({ kind, state })
    if (image !== undefined && before.image !== image) {
      metrics.observeImage({ kind, change: imageChange(before.image, image) })
    }
  }
}

/** `first`, `newer` or `older` tag of the same image, `other` where tags cannot be compared. */
function imageChange(before: unknown, after: string): 'first' | 'newer' | 'older' | 'other' {
  if (typeof before !== 'string') return 'first'
  const [old, now] = [parseReference(before), parseReference(after)]
  if (old.name !== now.name || old.tag === undefined || now.tag === undefined) return 'other'
  return compareTags(now.tag, old.tag) > 0 ? 'newer' : 'older'
}

function parseReference(reference: string) {
  const colon = reference.lastIndexOf(':')
  return { name: reference.slice(0, colon), tag: parseTag(reference.slice(colon + 1)) }
}
