import type { z } from 'zod'
import type { ApiObject } from './cluster.js'
import type { Ask } from './hook.js'
import type { CustomizeAnswer, Rule } from './hook-answers.js'
import type { Timers } from './timers.js'

const LIFE_MS = 20 * 60 * 1000

/** What `customize` says of parents. */
export interface Customize {
  /** The rules of a parent, asked for when they are not known for its generation. */
  rules(parent: ApiObject): Promise<readonly Rule[]>
  /** The rules of a parent if they are known. */
  known(parent: ApiObject): readonly Rule[] | undefined
}

/** Asks `customize` once per parent and generation and keeps the answer for 20 minutes; no answer is kept of a failure. */
export function customize(
  ask: Ask<z.infer<typeof CustomizeAnswer>> | undefined,
  controller: unknown,
  timers: Timers,
): Customize {
  const answers = new Map<string, { rules: readonly Rule[]; generation: number | undefined; until: number }>()
  const asking = new Map<string, Promise<readonly Rule[]>>()
  const known = ({ metadata: { uid = '', generation } }: ApiObject): readonly Rule[] | undefined => {
    const answer = answers.get(uid)
    return answer?.generation === generation && answer !== undefined && answer.until > timers.now()
      ? answer.rules
      : undefined
  }
  const fresh = async (ask: Ask<z.infer<typeof CustomizeAnswer>>, parent: ApiObject): Promise<readonly Rule[]> => {
    const rules = (await ask(parent, { controller, parent })).relatedResources ?? []
    const { uid = '', generation } = parent.metadata
    answers.set(uid, { rules, generation, until: timers.now() + LIFE_MS })
    return rules
  }
  return {
    known: parent => (ask === undefined ? [] : known(parent)),
    async rules(parent) {
      if (ask === undefined) return []
      const key = `${parent.metadata.uid ?? ''} ${parent.metadata.generation ?? ''}`
      const rules = known(parent) ?? asking.get(key) ?? fresh(ask, parent)
      if (!(rules instanceof Promise)) return rules
      asking.set(key, rules)
      try {
        return await rules
      } finally {
        asking.delete(key)
      }
    },
  }
}
