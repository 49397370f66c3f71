import { z } from 'zod'
import { Condition } from '../../conditions.js'
import { Blocker, blockerId } from '../../dependencies/spec.js'
import type { ApiObject } from '../../engine/cluster.js'
import { Preview } from '../../preview/preview-status.js'
import { traceInvocation } from '../program-name.js'

const Status = z.looseObject({
  state: z.string().optional().catch(undefined),
  message: z.string().default('').catch(''),
  image: z.string().optional().catch(undefined),
  observedGeneration: z.number().optional().catch(undefined),
  blockedBy: z.array(Blocker).default([]).catch([]),
  conditions: z.array(Condition).default([]).catch([]),
  previews: z.array(Preview).default([]).catch([]),
})

/** What a resource of ours says of itself; anything odd counts as not said. */
export type Standing = z.infer<typeof Standing>
export const Standing = Status.catch({
  state: undefined,
  message: '',
  image: undefined,
  observedGeneration: undefined,
  blockedBy: [],
  conditions: [],
  previews: [],
})

/** The message of one of its conditions. */
export function conditionMessage({ conditions }: Standing, type: string): string | undefined {
  return conditions.find(condition => condition.type === type)?.message
}

/**
 * What is waited for where the resource's own status is all that counts: it is not looked at, suspended, wrong, waits
 * for others or goes; undefined when it is up to what it made.
 */
export function ownReason({ kind, metadata, spec }: ApiObject, standing: Standing): string | undefined {
  const { state, message, blockedBy } = standing
  const controller = `CompositeController alustan-${kind.toLowerCase()}s`
  const cure = `check that Metacontroller and alustan run and that ${controller} exists`
  if (state === undefined) return `Waits for its first look: nobody has written a status; ${cure}.`
  const { generation = 0 } = metadata
  if ((standing.observedGeneration ?? generation) < generation) {
    return `Waits for a look at its last change (generation ${generation}); if that takes longer than seconds, ${cure}.`
  }
  if (metadata.deletionTimestamp === undefined && (spec as { suspend?: boolean }).suspend === true) {
    return 'Waits for nothing: it is suspended; set spec.suspend to false to go on.'
  }
  if (state === 'Error') return `Waits for you: ${message}.`
  if (blockedBy.length === 0) return metadata.deletionTimestamp === undefined ? undefined : `It ${message}.`
  const stalled = standing.conditions.find(({ type }) => type === 'Stalled')
  if (stalled !== undefined) return `Waits for ever: ${message}.`
  const traces = blockedBy.slice(0, 3).map(blocker => `'${traceInvocation(endOf(blocker), metadata.namespace ?? '')}'`)
  return `${sentence(message)} See ${traces.join(', ')}.`
}

/** What the first ones wait for in turn: the end of that way is where to look. */
function endOf(blocker: Blocker): string {
  return blocker.waitsFor?.at(-1)?.split(' → ').at(-1) ?? blockerId(blocker)
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
