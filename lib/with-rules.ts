import type { z } from 'zod'

/** A rule over several fields, told twice: to the API server, which refuses early, and to whoever parses without one. */
export interface Rule<Value> {
  /** CEL expression over `self`, https://kubernetes.io/docs/reference/using-api/cel/. */
  cel: string
  /** The same in TypeScript, over the parsed value. */
  holds: (value: Value) => boolean
  /** Subject, fault and cure, for the one who wrote the manifest. */
  message: string
  /** CEL expression of a message that names what it found; `message` is used where that is not possible. */
  messageCel?: string
  /** The field to blame, from `self`: `.host`. */
  fieldPath?: `.${string}`
}

/** A rule as a CustomResourceDefinition spells it. */
export interface Validation {
  rule: string
  message: string
  messageExpression?: string
  fieldPath?: string
}

/** The schema with rules that zod and the API server check alike. */
export function withRules<Schema extends z.ZodType>(schema: Schema, ...rules: Rule<z.output<Schema>>[]): Schema {
  const validations = rules.map(({ cel, message, messageCel, fieldPath }): Validation => ({
    rule: cel,
    message,
    ...(messageCel !== undefined && { messageExpression: messageCel }),
    ...(fieldPath !== undefined && { fieldPath }),
  }))
  let checked = schema
  for (const { holds, message, fieldPath } of rules) {
    checked = checked.refine(holds, { error: message, path: fieldPath?.slice(1).split('.') ?? [] })
  }
  return checked.meta({ 'x-kubernetes-validations': validations })
}
