import { z } from 'zod'
import type { ApiObject } from './cluster.js'

const Child = z
  .looseObject({
    apiVersion: z.string(),
    kind: z.string().min(1),
    metadata: z.looseObject({
      name: z.string(),
      namespace: z.string().optional(),
      labels: z.record(z.string(), z.string()).optional(),
    }),
  })
  .transform(child => child as ApiObject) // the API server checks the rest

/** The answer of `sync` and `finalize`: nothing beside these fields, each may be left out. */
export const CompositeAnswer = z.strictObject({
  status: z.record(z.string(), z.unknown()).nullish(),
  children: z.array(Child).nullish(),
  resyncAfterSeconds: z.number().nullish(),
  finalized: z.boolean().nullish(),
})
export type CompositeAnswer = z.infer<typeof CompositeAnswer>

const Requirement = z.strictObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() })

const Selector = z
  .strictObject({
    matchLabels: z.record(z.string(), z.string()).optional(),
    matchExpressions: z.array(Requirement).optional(),
  })
  .transform(({ matchLabels = {}, matchExpressions = [] }) => ({
    matchLabels,
    matchExpressions: matchExpressions.map(({ values = [], ...rest }) => ({ ...rest, values })),
  }))

const Rule = z.strictObject({
  apiVersion: z.string(),
  resource: z.string(),
  namespace: z.string().default(''),
  names: z.array(z.string()).default([]),
  labelSelector: Selector.optional(),
})
export type Rule = z.infer<typeof Rule>

/** The answer of `customize`. */
export const CustomizeAnswer = z.strictObject({ relatedResources: z.array(Rule).nullish() })
