import { z } from 'zod'
import { dnsLabel } from '../matching-text.js'
import { MAX_RESOURCE_NAME } from '../names.js'

const names = z.array(dnsLabel(MAX_RESOURCE_NAME)).max(50).default([]).meta({ 'x-kubernetes-list-type': 'set' })

/** What must be up first (`spec.dependencies` of both kinds). */
export const Dependencies = z.object({
  service: names.describe(
    'Services of the same namespace. Each must be Completed before this is created, and none of them is destroyed while this exists. Those that depend on each other are destroyed together, once all of them are being deleted and nothing that stays needs one.',
  ),
  terraform: names.describe(
    'Terraforms of the same namespace. Each must be Success or Completed before this is created, and none of them is destroyed while this exists.',
  ),
})
export type Dependencies = z.infer<typeof Dependencies>

/** What something waits for (an entry of `status.blockedBy` of both kinds). */
export const Blocker = z.object({
  kind: z.enum(['Service', 'Terraform']).describe('The kind of what is waited for.'),
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
