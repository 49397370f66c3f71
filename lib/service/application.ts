import { z } from 'zod'

const text = z.string().optional().catch(undefined)

const Source = z
  .object({
    repoURL: text,
    path: text,
    targetRevision: text,
    helm: z.object({ releaseName: text, values: text }).optional().catch(undefined),
  })
  .optional()
  .catch(undefined)

type Source = z.infer<typeof Source>

const Destination = z.object({ name: text, namespace: text }).optional().catch(undefined)

type Destination = z.infer<typeof Destination>

const ComparedTo = z.object({ source: Source, destination: Destination }).optional().catch(undefined)

/** What Argo CD's report on an Application is about. */
export type ComparedTo = z.infer<typeof ComparedTo>

const Conditions = z
  .array(z.object({ type: z.string(), message: z.string().catch('') }))
  .optional()
  .catch(undefined)

/** What is read of an Argo CD Application; anything odd counts as not said. */
export const Application = z.object({
  metadata: z.object({ name: z.string(), deletionTimestamp: z.string().nullish() }),
  spec: z.object({ source: Source, destination: Destination }).optional().catch(undefined),
  status: z
    .object({
      health: z.object({ status: text, message: text }).optional().catch(undefined),
      sync: z
        .object({
          status: text,
          comparedTo: ComparedTo,
        })
        .optional()
        .catch(undefined),
      conditions: Conditions,
      operationState: z
        .object({
          phase: text,
          message: text,
          syncResult: z.object({ source: Source }).optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
      summary: z
        .object({ images: z.array(z.string()).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})
export type Application = z.infer<typeof Application>

/** Whether two sources agree in all that we set. */
export function isSameSource(one: Source, other: Source): boolean {
  return (
    one?.repoURL === other?.repoURL &&
    one?.path === other?.path &&
    one?.targetRevision === other?.targetRevision &&
    one?.helm?.releaseName === other?.helm?.releaseName &&
    one?.helm?.values === other?.helm?.values
  )
}

/** Whether two destinations agree in all that we set: cluster and namespace. */
export function isSameDestination(one: Destination, other: Destination): boolean {
  return one?.name === other?.name && one?.namespace === other?.namespace
}
