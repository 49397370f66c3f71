import { z } from 'zod'
import { parseDuration } from '../duration.js'
import { AlustanError } from '../errors.js'

const Webhook = z.strictObject({
  url: z.url(),
  timeout: z.string().optional(),
  authorization: z
    .strictObject({
      type: z
        .string()
        .regex(/^(?!\s*basic\s*$)/i, 'Basic is not supported')
        .default('Bearer'),
      secretRef: z.strictObject({ name: z.string(), namespace: z.string(), key: z.string() }),
    })
    .optional(),
  etag: z
    .strictObject({
      enabled: z.boolean().default(false),
      cacheTimeoutSeconds: z.number().int().optional(),
      cacheCleanupSeconds: z.number().int().optional(),
    })
    .optional()
    .refine(etag => etag?.cacheTimeoutSeconds === undefined || etag.cacheCleanupSeconds !== undefined, {
      error: 'cacheTimeoutSeconds without cacheCleanupSeconds crashes Metacontroller; set both',
    }),
})
export type Webhook = z.infer<typeof Webhook>

const Hook = z.strictObject({ version: z.literal('v2', 'only hook version v2 is supported'), webhook: Webhook })

const ChildMethod = z.enum(
  ['OnDelete', 'InPlace', 'Recreate'],
  'only OnDelete, InPlace and Recreate are supported: rolling updates need ControllerRevisions',
)
export type ChildMethod = z.infer<typeof ChildMethod>

const ResourceRule = z.strictObject({ apiVersion: z.string(), resource: z.string() })

/** The part of Metacontroller's CompositeController that the engine knows; anything else is refused, not ignored. */
const CompositeController = z.looseObject({
  apiVersion: z.literal('metacontroller.k8s.io/v1alpha1'),
  kind: z.literal('CompositeController'),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.strictObject({
    parentResource: ResourceRule,
    childResources: z
      .array(
        ResourceRule.extend({ updateStrategy: z.strictObject({ method: ChildMethod.default('OnDelete') }).optional() }),
      )
      .default([]),
    hooks: z.strictObject({ sync: Hook, finalize: Hook.optional(), customize: Hook.optional() }),
    resyncPeriodSeconds: z.number().int().optional(),
    generateSelector: z.literal(true, 'must be true: selectors of the parent are not supported'),
  }),
})
export type CompositeController = z.infer<typeof CompositeController>

/** Reads a CompositeController; throws `InvalidInput` that names every field the engine cannot do. */
export function parseController(manifest: unknown): CompositeController {
  const parsed = CompositeController.safeParse(manifest)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new AlustanError('InvalidInput', `CompositeController: ${faults.join('; ')}`)
}

const DEFAULT_HOOK_TIMEOUT_MS = 10_000

/** How long a hook may take, in milliseconds: 10 s unless `timeout` is a positive duration. */
export function hookTimeoutMilliseconds({ timeout }: Webhook): number {
  const seconds = parseDuration(timeout ?? '')
  return seconds === undefined || seconds <= 0 ? DEFAULT_HOOK_TIMEOUT_MS : seconds * 1000
}
