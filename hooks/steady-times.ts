import { type Condition, readConditions } from '../lib/conditions.js'
import { type Parent, isRecord } from '../lib/metacontroller.js'
import { remember } from './remember.js'

const MAX_REMEMBERED = 20_000

interface Timed {
  readonly conditions: readonly Condition[]
}

/**
 * Makes what keeps the times of conditions from going back and forth. Watches lag: a parent may come as it was before
 * this replica's newest answer, and what had changed since would change again, now. Each such answer is a write, and each
 * write a call with another old state, without end while watches lag by seconds. So a transition that was told of keeps
 * its time, and of two times of the same the later one counts, whoever told it.
 */
export function steadyTimes(): <Status extends Timed>(parent: Parent, status: Status) => Status {
  const told = new Map<string, readonly Condition[]>()
  return ({ metadata: { uid }, status: observed }, status) => {
    if (uid === undefined) return status
    const before = told.get(uid) ?? []
    // Nearly every call: the times are those that were told last.
    if (isSameTimes(before, status.conditions)) return status
    const seen = readConditions(isRecord(observed) ? observed.conditions : undefined)
    const conditions = status.conditions.map(condition => {
      const same = before.find(({ type, status: was }) => type === condition.type && was === condition.status)
      if (same === undefined) return condition
      const old = seen.find(({ type }) => type === condition.type)
      const isOlder = old !== undefined && same.lastTransitionTime < old.lastTransitionTime
      return isOlder ? condition : { ...condition, lastTransitionTime: same.lastTransitionTime }
    })
    remember(told, uid, conditions, MAX_REMEMBERED)
    return { ...status, conditions }
  }
}

function isSameTimes(some: readonly Condition[], others: readonly Condition[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ type, status, lastTransitionTime }, index) => {
      const other = others[index]
      return other?.type === type && other.status === status && other.lastTransitionTime === lastTransitionTime
    })
  )
}
