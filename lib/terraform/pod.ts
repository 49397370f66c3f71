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

const id = z.number().int().min(0).max(2_147_483_647)

/** Under which user and with which system calls a pod runs: what admission policies ask for. */
export const PodSecurityContext = z.object({
  runAsNonRoot: z.boolean().optional().describe('Whether a container that would run as root is refused.'),
  runAsUser: id.optional().describe('User of the script; that of the image when left out.'),
  runAsGroup: id.optional().describe('Group of the script; that of the image when left out.'),
  fsGroup: id.optional().describe('Group that owns the volumes of the pod.'),
  seccompProfile: z
    .object({ type: z.enum(['RuntimeDefault', 'Unconfined']).describe('Which filter of system calls applies.') })
    .optional()
    .describe('Filter of system calls.'),
})

/** What the script's container may do. */
export const SecurityContext = z.object({
  allowPrivilegeEscalation: z
    .boolean()
    .optional()
    .describe('Whether the script may gain more rights than it began with.'),
  readOnlyRootFilesystem: z.boolean().optional().describe('Whether the file system of the image cannot be written.'),
  capabilities: z
    .object({
      drop: z.array(z.string().max(63)).max(50).describe('Linux capabilities that are taken away. Example: `ALL`.'),
    })
    .optional()
    .describe('Linux capabilities.'),
})
