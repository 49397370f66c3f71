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
  /** The parents whose rules may select one of these objects of a kind, and those whose rules are not known. */
  mayWant(resource: Resource, objects: readonly ApiObject[]): ApiObject[]
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
export const nothingRelated: Customize = { rules: async () => [], mayWant: () => [] }

/** Asks `customize` once per parent and generation and keeps the answer for 20 minutes; no answer is kept of a failure. */
export function customize({ ask, controller, parents, timers }: CustomizeOptions): Customize {
  // The oldest first: the first one that is still good ends the search for those that are not.
  const answers = new Map<string, Answer>()
  const asking = new Map<string, Promise<readonly Rule[]>>()
  const unknown = new Set<string>()
  const wishes = interests()
  const forget = (key: string): void => {
    answers.delete(key)
    wishes.delete(key)
    if (parents.get(key) === undefined) unknown.delete(key)
    else unknown.add(key)
  }
  const known = ({ metadata }: ApiObject): readonly Rule[] | undefined => {
    const answer = answers.get(objectKey(metadata))
    const isGood = answer?.uid === metadata.uid && answer?.generation === metadata.generation
    return isGood && answer !== undefined && answer.until > timers.now() ? answer.rules : undefined
  }
  const fresh = async (parent: ApiObject): Promise<readonly Rule[]> => {
    const rules = (await ask(parent, { controller, parent })).relatedResources ?? []
    const { uid, generation } = parent.metadata
    const key = objectKey(parent.metadata)
    answers.delete(key)
    answers.set(key, { rules, uid, generation, until: timers.now() + LIFE_MS })
    wishes.set(key, rules)
    const current = parents.get(key)
    if (current === undefined || known(current) !== undefined) unknown.delete(key)
    return rules
  }
  parents.handle((before, after) => {
    const parent = after ?? before
    if (parent !== undefined && (after === undefined || known(after) === undefined)) forget(objectKey(parent.metadata))
  })
  return {
    async rules(parent) {
      const key = `${parent.metadata.uid ?? ''} ${parent.metadata.generation ?? ''}`
      const rules = known(parent) ?? asking.get(key) ?? fresh(parent)
      if (!(rules instanceof Promise)) return rules
      asking.set(key, rules)
      try {
        return await rules
      } finally {
        asking.delete(key)
      }
    },
    mayWant(resource, objects) {
      for (const [key, { until }] of answers) {
        if (until > timers.now()) break
        forget(key)
      }
      const keys = new Set([...unknown, ...objects.flatMap(object => wishes.of(resource, object))])
      return [...keys].flatMap(key => parents.get(key) ?? [])
    },
  }
}
