import { type Condition, readConditions } from '../lib/conditions.js'
import type { Parent } from '../lib/metacontroller.js'
import { remember } from '../lib/remember.js'

interface Timed {
  readonly status: { readonly conditions: readonly Condition[] }
}

/**
 * Makes what keeps the times of conditions from going back and forth. Watches lag: a parent may come as it was before
 * this replica's newest answer, and what had changed since would change again, now. Each such answer is a write, and each
 * write a call with another old state, without end while watches lag by seconds. So a transition that was told of keeps
 * its time, and of two times of the same the later one counts, whoever told it.
 */
export function steadyTimes(): <Answer extends Timed>(parent: Parent, answer: Answer) => Answer {
  const told = new Map<string, readonly Condition[]>()
  return ({ metadata: { uid }, status: observed }, answer) => {
    const { status } = answer
    if (uid === undefined) return answer
    const before = told.get(uid) ?? []
    // Nearly every call: the times are those that were told last.
    if (isSameTimes(before, status.conditions)) return answer
    const seen = readConditions(observed)
    const conditions = status.conditions.map(condition => {
      const same = before.find(({ type, status: was }) => type === condition.type && was === condition.status)
      if (same === undefined) return condition
      const old = seen.find(({ type }) => type === condition.type)
      const isOlder = old !== undefined && same.lastTransitionTime < old.lastTransitionTime
      return isOlder ? condition : { ...condition, lastTransitionTime: same.lastTransitionTime }
    })
    remember(told, uid, conditions)
    return { ...answer, status: { ...status, conditions } }
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
