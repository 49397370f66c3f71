import { z } from 'zod'
import { matches } from './matching-text.js'
import { type Rule, withRules } from './with-rules.js'

/**
 * A map of at most `max` entries whose keys match a pattern. A structural schema knows no patterns of keys, so the API
 * server checks them by CEL; the bound keeps the estimated cost of that within its budget.
 */
export function boundedMap<Value extends z.ZodType>(
  value: Value,
  {
    max,
    keys,
    keysMessage,
    rules = [],
  }: {
    max: number
    keys: RegExp
    keysMessage: string
    rules?: Rule<Record<string, z.output<Value>>>[]
  },
): z.ZodRecord<z.ZodString, Value> {
  const bounded = z
    .record(z.string(), value)
    .refine(map => Object.keys(map).length <= max, `must have at most ${max} entries`)
    .meta({ maxProperties: max })
  const byPattern: Rule<Record<string, z.output<Value>>> = {
    cel: `self.all(key, ${matches('key', keys)})`,
    holds: map => Object.keys(map).every(key => keys.test(key)),
    message: keysMessage,
    messageCel: `"${keysMessage}; this one does not: " + self.filter(key, !${matches('key', keys)})[0]`,
  }
  return withRules(bounded, byPattern, ...rules)
}
