import { z } from 'zod'
import { Condition } from '../conditions.js'
import { DeletedWith } from '../dependencies/deleted-with.js'
import { Blocker, Dependencies } from '../dependencies/spec.js'
import { dnsLabel, matchingText } from '../matching-text.js'
import { PreviewEnvironment } from '../preview/preview-environment.js'
import { Preview } from '../preview/preview-status.js'
import { PreviewsOf } from '../preview/previews-of.js'
import { ContainerRegistry } from '../registry/container-registry.js'
import { withRules } from '../with-rules.js'
import { inexactNumbers } from './inexact-numbers.js'
import { ReleaseName } from './release-name.js'

/** Chart and values of a Service. */
export const Source = z.object({
  repoURL: z
    .string()
    .min(1)
    .max(2048)
    .describe('Git repository that holds the Helm chart. Example: `https://github.com/alustan/cluster-manifests`.'),
  path: z
    .string()
    .max(1024)
    .default('.')
    .describe('Folder of the chart in that repository. Example: `application-helm`.'),
  releaseName: ReleaseName.optional().describe('Name of the Helm release; the name of the Service when left out.'),
  targetRevision: z
    .string()
    .max(256)
    .default('HEAD')
    .describe('Branch, tag or commit of the repository. Example: `main`.'),
  values: z
    .record(z.string(), z.unknown())
    .superRefine((values, context) => {
      const message = `a number beyond ±${Number.MAX_SAFE_INTEGER} may be changed when it is read; put it in quotes`
      for (const path of inexactNumbers(values)) context.addIssue({ code: 'custom', path: [...path], message })
    })
    .default({})
    .describe(
      'Helm values, of any shape. The key `cluster` names the Argo CD cluster to deploy to. `${workspace.NAME}` becomes the annotation NAME of the Secret of the workspace; `${workspace.NAME:-text}` falls back to the text; `$${workspace.NAME}` stays as it is, with one `$`. A number beyond ±9007199254740991 needs quotes. Whatever names the image of `containerRegistry` gets its chosen tag; a name of one word without tag counts only as `repository`, or under a key with `image` in it. Example: `cluster: ${workspace.CLUSTER_NAME}`.',
    ),
})

export type Source = z.infer<typeof Source>

/** What a user writes in `spec` of a Service. */
export const ServiceSpec = withRules(
  z.object({
    workspace: matchingText(/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/, {
      max: 63,
      message: 'a workspace is the value of a label: letters, digits, _, . and -, with a letter or digit at both ends',
    }).describe(
      'Environment to deploy to. A Secret with the labels `alustan.io/secret-type: cluster` and `environment: <workspace>` holds its values as annotations. Example: `staging`.',
    ),
    source: Source.describe('Helm chart to deploy, and its values.'),
    containerRegistry: ContainerRegistry.optional().describe(
      'Image to keep at the newest allowed tag. When left out, the values are deployed as they are.',
    ),
    dependencies: Dependencies.default({ service: [], terraform: [] }).describe(
      'What must be up before this is created. Destroying goes the other way round: this stays until nothing that depends on it is left.',
    ),
    previewEnvironment: PreviewEnvironment.optional().describe(
      'A copy of this Service, in a namespace of its own, for every open pull request that has the labels.',
    ),
    targetNamespace: dnsLabel(63)
      .optional()
      .describe('Namespace of the workloads, created when missing; the namespace of the Service when left out.'),
    project: z
      .string()
      .max(63)
      .optional()
      .describe('Argo CD project, one that the installation allows; its first when left out.'),
    suspend: z
      .boolean()
      .default(false)
      .describe('While true nothing is changed, not even to a newer image: what runs goes on as it is.'),
  }),
  {
    fieldPath: '.previewEnvironment.imageTag',
    cel: '!has(self.previewEnvironment) || !has(self.previewEnvironment.imageTag) || has(self.containerRegistry)',
    holds: ({ previewEnvironment, containerRegistry }) =>
      previewEnvironment?.imageTag === undefined || containerRegistry !== undefined,
    message: 'needs spec.containerRegistry, which says whose tag that is; add it, or remove imageTag',
  },
)
export type ServiceSpec = z.infer<typeof ServiceSpec>

const ApplicationSetHealth = z.object({
  conditions: z
    .array(
      z.object({
        type: z.string().describe('Name of the condition.'),
        status: z.string().describe('`True`, `False` or `Unknown`.'),
        reason: z.string().describe('One word that says why.'),
        message: z.string().describe('The same as a sentence.'),
      }),
    )
    .describe('Its conditions.'),
})

const ApplicationHealth = z.object({
  name: z.string().describe('Name of the Application.'),
  health: z.string().describe('Health of its workloads. Examples: `Healthy`, `Progressing`, `Degraded`.'),
  sync: z.string().describe('Whether the cluster is as the chart says. Examples: `Synced`, `OutOfSync`.'),
  message: z.string().optional().describe('What Argo CD says where that is not well.'),
})

/** What alustan reports in `status` of a Service. */
export const ServiceStatus = z.object({
  state: z
    .enum(['Progressing', 'Error', 'Failed', 'Blocked', 'Completed'])
    .describe(
      'Progressing: on its way. Blocked: waits for others (see blockedBy). Completed: runs as asked. Failed: what was asked for failed. Error: what to run cannot be computed; what runs goes on.',
    ),
  message: z.string().describe('What that state is about and what to do.'),
  image: z.string().optional().describe('Image that is deployed, with its tag.'),
  previewURLs: z.array(z.string()).describe('Addresses of the healthy copies of pull requests.'),
  previews: z
    .array(Preview)
    .optional()
    .describe('The copies of pull requests, and the pull requests that have none and why; the newest first.'),
  previewsOf: PreviewsOf.optional().describe('Whose copies `previews` tells of.'),
  healthStatus: z
    .object({
      applicationSet: ApplicationSetHealth.describe('The ApplicationSet of this Service.'),
      applications: z.array(ApplicationHealth).describe('The Applications made from it.'),
    })
    .optional()
    .describe('What Argo CD says.'),
  blockedBy: z.array(Blocker).optional().describe('What this waits for.'),
  deletedWith: DeletedWith.optional(),
  conditions: z
    .array(Condition)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe('Ready, Reconciling and Stalled as kstatus reads them, and one for each thing that was looked up.'),
  observedGeneration: z.number().int().optional().describe('The `metadata.generation` that all this speaks of.'),
})
export type ServiceStatus = z.infer<typeof ServiceStatus>
