import { z } from 'zod'

/** An amount as Kubernetes writes it; a number counts as its text. */
const Quantity = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^[0-9]+(\.[0-9]+)?([numkKMGTPE]|[KMGTPE]i|[eE][0-9]+)?$/)
      .max(32),
  ])
  .transform(String)

/** Requests or limits of compute resources. */
export const Quantities = z.record(z.string(), Quantity)

/** A taint of nodes that a pod tolerates. */
export const Toleration = z.object({
  key: z.string().max(317).optional().describe('Key of the taint; left out with operator Exists, it is any key.'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('How `value` is compared; Equal when left out.'),
  value: z.string().max(63).optional().describe('Value of the taint, for operator Equal.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Effect of the taint; any when left out.'),
  tolerationSeconds: z
    .number()
    .int()
    .optional()
    .describe('How long a NoExecute taint is tolerated, in seconds; for ever when left out.'),
})
