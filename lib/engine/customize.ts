import type { z } from 'zod'
import { objectKey, type ApiObject, type Resource } from './cluster.js'
import type { Ask } from './hook.js'
import type { CustomizeAnswer, Rule } from './hook-answers.js'
import type { Informer } from './informer.js'
import { interests } from './interests.js'
import type { Timers } from './timers.js'

const LIFE_MS = 20 * 60 * 1000

/** What `customize` says of parents. */
export interface Customize {
  /** The rules of a parent, asked for when they are not known for its generation. */
  rules(parent: ApiObject): Promise<readonly Rule[]>
  /**
   * The parents whose newest rules select one of these objects of a kind. One whose rules were never asked for, or were
   * asked for in vain, is in the queue or comes back to it, and looks at everything then.
   */
  selecting(resource: Resource, objects: readonly ApiObject[]): ApiObject[]
}

interface CustomizeOptions {
  ask: Ask<z.infer<typeof CustomizeAnswer>>
  /** The controller as hooks are sent it. */
  controller: unknown
  parents: Informer
  timers: Timers
}

interface Answer {
  rules: readonly Rule[]
  uid: string | undefined
  generation: number | undefined
  until: number
}

/** Without a hook no parent has rules. */
export const nothingRelated: Customize = { rules: async () => [], selecting: () => [] }

/** Asks `customize` once per parent and generation and keeps the answer for 20 minutes; no answer is kept of a failure. */
export function customize({ ask, controller, parents, timers }: CustomizeOptions): Customize {
  const answers = new Map<string, Answer>()
  const wishes = interests()
  const answerOf = ({ metadata }: ApiObject): Answer | undefined => {
    const answer = answers.get(objectKey(metadata))
    return answer?.uid === metadata.uid && answer?.generation === metadata.generation ? answer : undefined
  }
  const known = (parent: ApiObject): readonly Rule[] | undefined => {
    const answer = answerOf(parent)
    return answer !== undefined && answer.until > timers.now() ? answer.rules : undefined
  }
  const fresh = async (parent: ApiObject): Promise<readonly Rule[]> => {
    const rules = (await ask(parent, { controller, parent })).relatedResources ?? []
    const { uid, generation } = parent.metadata
    const key = objectKey(parent.metadata)
    answers.set(key, { rules, uid, generation, until: timers.now() + LIFE_MS })
    wishes.set(key, rules)
    return rules
  }
  parents.handle((before, after) => {
    const parent = after ?? before
    if (parent === undefined || (after !== undefined && answerOf(after) !== undefined)) return
    answers.delete(objectKey(parent.metadata))
    wishes.delete(objectKey(parent.metadata))
  })
  return {
    rules: async parent => known(parent) ?? fresh(parent),
    selecting(resource, objects) {
      const keys = new Set(objects.flatMap(object => [...wishes.of(resource, object)]))
      return [...keys].flatMap(key => parents.get(key) ?? [])
    },
  }
}
