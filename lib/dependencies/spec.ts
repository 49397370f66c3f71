import { z } from 'zod'

const resourceName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
  .max(50)

/** What must be up first (`spec.dependencies` of both kinds). */
export const Dependencies = z.object({
  service: z
    .array(resourceName)
    .max(50)
    .default([])
    .describe(
      'Services of the same namespace that must be Completed first, and that are not destroyed while this one exists.',
    ),
  terraform: z
    .array(resourceName)
    .max(50)
    .default([])
    .describe(
      'Terraforms of the same namespace that must be Completed or Success first, and that are not destroyed while this one exists.',
    ),
})
export type Dependencies = z.infer<typeof Dependencies>

/** What something waits for (an entry of `status.blockedBy` of both kinds). */
export const Blocker = z.object({
  kind: z.enum(['Service', 'Terraform']).describe('Kind of the resource that is waited for.'),
  name: z.string().describe('Its name.'),
  reason: z.string().describe('Why it is waited for.'),
  waitsFor: z
    .array(z.string())
    .optional()
    .describe('What that one waits for in turn, nearest first, each with the way to it; this is how cycles are found.'),
})
export type Blocker = z.infer<typeof Blocker>

/** `Kind/name`, as messages and paths spell a resource. */
export function blockerId({ kind, name }: Pick<Blocker, 'kind' | 'name'>): string {
  return `${kind}/${name}`
}
