import { z } from 'zod'
import { boundedMap } from '../bounded-map.js'
import { Condition } from '../conditions.js'
import { DeletedWith } from '../dependencies/deleted-with.js'
import { Blocker, Dependencies } from '../dependencies/spec.js'
import { ContainerRegistry } from '../registry/container-registry.js'
import { withRules } from '../with-rules.js'
import { PodSecurityContext, Quantities, SecurityContext, Toleration } from './pod.js'
import { objectName, variableName, Variables, VariableSource } from './variables.js'

const Scripts = z.object({
  deploy: z
    .string()
    .min(1)
    .max(1024)
    .describe(
      'Script that deploys, with its arguments. A bare name is looked for in the root of the image. Examples: `deploy`, `scripts/deploy -parallelism 5`.',
    ),
  destroy: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      'Script that destroys what was deployed, with its arguments; it runs when this Terraform is deleted. Leave it out to keep the infrastructure. Example: `destroy -c`.',
    ),
})

const PostDeploy = z.object({
  script: z
    .string()
    .min(1)
    .max(1024)
    .describe(
      'Script to run after each successful deploy. What it prints ends with a JSON object that has `outputs` at its top level. Example: `aws-resource`.',
    ),
  args: boundedMap(variableName, {
    max: 50,
    keys: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    keysMessage: 'a flag is written without leading dashes, of letters, digits, _, . and -',
  })
    .default({})
    .describe(
      'Arguments: a flag without its dash, and the variable whose value it gets. Example: `region: TF_VAR_region` runs the script with `-region=us-east-1`.',
    ),
})

/** What a user writes in `spec` of a Terraform. */
export const TerraformSpec = withRules(
  z.object({
    containerRegistry: ContainerRegistry.describe(
      'Image that holds the infrastructure code and its scripts, kept at the newest allowed tag: a newer tag is deployed by itself.',
    ),
    scripts: Scripts.describe('Scripts of that image.'),
    variables: Variables.default({}).describe(
      'Environment of every script. Terraform reads a variable `x` from `TF_VAR_x`; any other name is plain environment. Values are text: put numbers and booleans in quotes. Changing one deploys again. Example: `TF_VAR_region: us-east-1`.',
    ),
    variablesFrom: z
      .array(VariableSource)
      .max(20)
      .optional()
      .describe(
        'Secrets and ConfigMaps whose keys are environment too: the place for credentials. Where a name is given twice, the later entry wins, and `variables` wins over all. A change of their content alone deploys nothing; annotate `alustan.io/requestedAt` for that.',
      ),
    postDeploy: PostDeploy.optional().describe(
      'Script that reports on what was deployed, into `status.postDeployOutput`.',
    ),
    dependencies: Dependencies.default({ service: [], terraform: [] }).describe(
      'What must be up before the first deploy. Destroying goes the other way round: this stays until nothing that depends on it is left.',
    ),
    deletionPolicy: z
      .enum(['destroy', 'retain'])
      .default('destroy')
      .describe(
        'What deleting this Terraform does: `destroy` runs `scripts.destroy` first, where there is one; `retain` keeps the infrastructure and lets go, also of a destroy that keeps failing.',
      ),
    suspend: z
      .boolean()
      .default(false)
      .describe('While true nothing new is deployed; a run that goes on ends by itself. Deleting still destroys.'),
    retries: z
      .number()
      .int()
      .min(0)
      .max(20)
      .default(1)
      .describe('How often a script that failed is run again before the run counts as Failed.'),
    timeoutSeconds: z
      .number()
      .int()
      .min(1)
      .max(604_800)
      .optional()
      .describe(
        'Longest time for a run with its retries, in seconds; then its script is stopped (it gets SIGTERM and 10 minutes to end) and the run counts as Failed. Without limit when left out. Example: `3600`.',
      ),
    serviceAccountName: objectName
      .optional()
      .describe(
        'ServiceAccount of the runs, for example one bound to a cloud identity. Its token is mounted; without one, no token is.',
      ),
    resources: z
      .object({
        requests: Quantities.optional().describe('What a run is sure to get. Example: `cpu: 100m`.'),
        limits: Quantities.optional().describe('The most that a run may use. Example: `memory: 1Gi`.'),
      })
      .optional()
      .describe('Compute resources of the runs.'),
    nodeSelector: z
      .record(z.string(), z.string())
      .optional()
      .describe('Labels that a node must have to take the runs. Example: `kubernetes.io/arch: amd64`.'),
    tolerations: z.array(Toleration).max(20).optional().describe('Taints of nodes that the runs tolerate.'),
    podSecurityContext: PodSecurityContext.optional().describe(
      'Under which user the runs are, for namespaces that restrict it (Pod Security Standards). Example: `runAsNonRoot: true`.',
    ),
    securityContext: SecurityContext.optional().describe(
      'What the script may do. Example: `allowPrivilegeEscalation: false`.',
    ),
  }),
  {
    fieldPath: '.postDeploy.args',
    cel: '!has(self.postDeploy) || has(self.variablesFrom) || self.postDeploy.args.all(flag, self.postDeploy.args[flag] in self.variables)',
    holds: ({ postDeploy, variables, variablesFrom }) =>
      postDeploy === undefined ||
      variablesFrom !== undefined ||
      Object.values(postDeploy.args).every(name => Object.hasOwn(variables, name)),
    message: 'an argument names a variable that is not in spec.variables; add it there, or its source to variablesFrom',
    messageCel:
      "'there is no variable ' + self.postDeploy.args[self.postDeploy.args.filter(flag, !(self.postDeploy.args[flag] in self.variables))[0]] + ' in spec.variables; add it there, or its source to variablesFrom'",
  },
)
export type TerraformSpec = z.infer<typeof TerraformSpec>

/** What alustan reports in `status` of a Terraform. */
export const TerraformStatus = z.object({
  state: z
    .enum(['Progressing', 'Error', 'Success', 'Failed', 'Completed'])
    .describe(
      'Progressing: a run is on its way, or waits for others (see blockedBy). Success: deployed, but postDeploy still runs or its output is not valid. Completed: deployed, all done. Failed: a script failed. Error: what to run cannot be computed; what was deployed stays.',
    ),
  message: z.string().describe('What that state is about and what to do.'),
  image: z
    .string()
    .optional()
    .describe(
      'Image of the newest run that started, with registry and tag. Destroy runs it too, without asking the registry; without one there is nothing to destroy.',
    ),
  deployed: z
    .string()
    .optional()
    .describe('Job of the newest successful deploy; it is not run again though that Job is removed.'),
  run: z
    .object({
      job: z.string().describe('Name of its Job. `kubectl logs job/NAME` shows what the script printed.'),
      phase: z
        .enum(['Pending', 'Running', 'Succeeded', 'Failed'])
        .describe('Pending: no script has started yet. Running, Succeeded, Failed: what the script does or did.'),
      requestedAt: z.string().optional().describe('When it was first announced, RFC 3339, until its Job is seen.'),
      image: z.string().optional().describe('Its image, until its Job is seen.'),
      exitCode: z.number().int().optional().describe('Exit code of a script that failed.'),
      reason: z
        .string()
        .optional()
        .describe('Why the run does not go on, or failed. Examples: `ImagePullBackOff`, `Unschedulable`, `OOMKilled`.'),
    })
    .optional()
    .describe('The newest run of a script.'),
  postDeployOutput: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The `outputs` of the newest valid postDeploy output, without what is marked sensitive.'),
  blockedBy: z.array(Blocker).optional().describe('What this waits for.'),
  deletedWith: DeletedWith.optional(),
  conditions: z
    .array(Condition)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe('Ready, Reconciling and Stalled as kstatus reads them, and one for each thing that was looked up.'),
  observedGeneration: z.number().int().optional().describe('The `metadata.generation` that all this speaks of.'),
})
export type TerraformStatus = z.infer<typeof TerraformStatus>
