import { z } from 'zod'
import { isRecord } from './metacontroller.js'

/** A condition as Kubernetes' API conventions and kstatus read it. */
export const Condition = z.object({
  type: z.string().describe('Name of the condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
  reason: z.string().describe('One word that says why; stable across versions.'),
  message: z.string().describe('A sentence for people.'),
  observedGeneration: z.number().int().optional().describe('The generation of the spec that this speaks of.'),
  lastTransitionTime: z.string().describe('When `status` last changed, RFC 3339.'),
})
export type Condition = z.infer<typeof Condition>

/** The conditions of a status, read by hand at every call: the API server has checked them. What is none is left out. */
export function readConditions(status: unknown): Condition[] {
  return isRecord(status) && Array.isArray(status.conditions) ? status.conditions.filter(isCondition) : []
}

function isCondition(thing: unknown): thing is Condition {
  return (
    isRecord(thing) &&
    [thing.type, thing.status, thing.reason, thing.message, thing.lastTransitionTime].every(
      field => typeof field === 'string',
    )
  )
}

/** What the core says of one condition; time and generation are added by `stampConditions`. */
export type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** How a resource stands, for kstatus. */
export interface Standing {
  readonly isReady: boolean
  readonly isReconciling: boolean
  /** Whether only an edit of the resource helps. */
  readonly isStalled: boolean
  readonly reason: string
  readonly message: string
}

/** Ready, and Reconciling or Stalled only while true, as kstatus wants it. */
export function kstatus({ isReady, isReconciling, isStalled, reason, message }: Standing): Verdict[] {
  const ready: Verdict = { type: 'Ready', status: isReady ? 'True' : 'False', reason, message }
  if (isStalled) return [ready, { type: 'Stalled', status: 'True', reason, message }]
  return isReconciling ? [ready, { type: 'Reconciling', status: 'True', reason, message }] : [ready]
}

/** When a condition is written, RFC 3339, and what generation of the spec it speaks of. */
export interface Stamp {
  readonly now: string
  readonly generation: number | undefined
}

/**
 * Makes conditions of verdicts, sorted by type. A condition whose status did not change keeps its time, so that the
 * same situation gives the same bytes: a status that changes at every call would be asked for without end.
 */
export function stampConditions(
  verdicts: readonly Verdict[],
  before: readonly Condition[],
  { now, generation }: Stamp,
): Condition[] {
  return [...verdicts]
    .sort((a, b) => (a.type < b.type ? -1 : 1))
    .map(({ type, status, reason, message }) => {
      const old = before.find(condition => condition.type === type)
      return {
        type,
        status,
        reason,
        message,
        ...(generation !== undefined && { observedGeneration: generation }),
        lastTransitionTime: old?.status === status ? old.lastTransitionTime : now,
      }
    })
}

/**
 * The conditions of a suspended resource: as they were. One that was never anything else is not ready: kstatus takes a
 * resource without conditions for current.
 */
export function suspendedConditions(before: readonly Condition[], message: string, stamp: Stamp): Condition[] {
  if (before.some(({ type }) => type === 'Ready')) return [...before]
  return [...before, ...stampConditions([{ type: 'Ready', status: 'False', reason: 'Suspended', message }], [], stamp)]
}
