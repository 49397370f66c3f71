import { z } from 'zod'
import { Condition } from '../conditions.js'
import { Blocker, Dependencies } from '../dependencies/spec.js'
import { ContainerRegistry } from '../registry/container-registry.js'

/** Chart and values of a Service. */
export const Source = z.object({
  repoURL: z.string().min(1).max(2048).describe('Git repository that holds the Helm chart.'),
  path: z.string().max(1024).default('.').describe('Folder of the chart in that repository.'),
  releaseName: z
    .string()
    .max(53)
    .optional()
    .describe('Name of the Helm release; the name of the Service when left out.'),
  targetRevision: z.string().max(256).default('HEAD').describe('Branch, tag or commit of the repository.'),
  values: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Helm values. `${workspace.NAME}` becomes the annotation NAME of the workspace Secret, `${workspace.NAME:-default}` has a default, `$${workspace.NAME}` stays as it is written. The key `cluster` names the Argo CD cluster to deploy to. Every string that is the image of `containerRegistry` gets the chosen tag.',
    ),
})

/** Copies for pull requests. */
export const PreviewEnvironment = z.object({
  enabled: z.boolean().default(false).describe('Whether every matching open pull request gets a copy of its own.'),
  gitOwner: z.string().min(1).max(100).describe('User or organisation that owns the GitHub repository.'),
  gitRepo: z.string().min(1).max(100).describe('Name of the GitHub repository.'),
  imageTag: z
    .string()
    .max(256)
    .optional()
    .describe(
      'Tag of the image of a pull request, with `{{number}}`, `{{branchSlug}}`, `{{headSha}}` and `{{headShortSha}}`; a copy appears once that tag exists. Left out: the tag that the Service runs.',
    ),
  labels: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(10)
    .default(['preview'])
    .describe('Labels that a pull request must have, all of them.'),
  maxPreviews: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .describe('Most copies at a time; the pull requests with the highest numbers win.'),
  allowForks: z
    .boolean()
    .default(false)
    .describe('Whether pull requests from forks count: their code then runs in your cluster.'),
})

export type Source = z.infer<typeof Source>

/** What a user writes in `spec` of a Service. */
export const ServiceSpec = z.object({
  workspace: z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/)
    .max(63)
    .describe('Environment to deploy to: the label `environment` of the Secret that holds its values and its cluster.'),
  source: Source.describe('Chart to deploy and its values.'),
  containerRegistry: ContainerRegistry.optional().describe(
    'Image to keep at the newest allowed tag. Left out: the values are deployed as they are.',
  ),
  dependencies: Dependencies.default({ service: [], terraform: [] }).describe(
    'What must be up before this is provisioned; destroying goes the other way round.',
  ),
  previewEnvironment: PreviewEnvironment.optional().describe(
    'A copy of this Service for every pull request that asks for one.',
  ),
  targetNamespace: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
    .max(63)
    .optional()
    .describe('Namespace of the workloads; the namespace of the Service when left out.'),
  suspend: z.boolean().default(false).describe('While true nothing is changed: what runs goes on as it is.'),
  project: z
    .string()
    .max(63)
    .optional()
    .describe('Argo CD project; one that the installation allows, its first when left out.'),
})
export type ServiceSpec = z.infer<typeof ServiceSpec>

/** What alustan reports in `status` of a Service. */
export const ServiceStatus = z.object({
  state: z
    .enum(['Progressing', 'Error', 'Failed', 'Blocked', 'Completed'])
    .describe(
      'Progressing: on its way. Blocked: waits for others. Completed: runs as asked. Failed: what was asked for failed. Error: what to run cannot be computed; what runs goes on.',
    ),
  message: z.string().describe('What that state is about and what to do.'),
  image: z.string().optional().describe('Image that is deployed, with its tag.'),
  previewURLs: z.array(z.string()).describe('Addresses of the healthy copies of pull requests.'),
  healthStatus: z
    .object({
      applicationSet: z
        .object({
          conditions: z
            .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
            .describe('Conditions of the ApplicationSet.'),
        })
        .describe('What Argo CD says of the ApplicationSet.'),
      applications: z
        .array(z.object({ name: z.string(), health: z.string(), sync: z.string(), message: z.string().optional() }))
        .describe('Health and sync state of each Application.'),
    })
    .optional()
    .describe('What Argo CD says.'),
  blockedBy: z.array(Blocker).optional().describe('What this waits for.'),
  conditions: z
    .array(Condition)
    .describe('Ready, Reconciling and Stalled as kstatus reads them, and one for each thing that was looked up.'),
})
export type ServiceStatus = z.infer<typeof ServiceStatus>
