import { dependencyLabels } from '../dependencies/labels.js'
import type { DesiredChild, Parent } from '../metacontroller.js'
import { ANNOTATION, LABEL, shortHash } from '../names.js'
import { type Command, escapeExpansion } from './command.js'
import type { Step } from './runs.js'
import { settingsHash } from './settings.js'
import type { TerraformSpec } from './spec.js'

/** How long a script that is told to stop has to save its state, in seconds. */
const GRACE_SECONDS = 600

const HASH_LENGTH = 10
const MAX_NAME = 63

/** All that makes one run what it is: other inputs are another Job. */
export interface RunInput {
  readonly step: Step
  readonly image: string
  readonly command: Command
  /** What the run is about beside that: the deploy it reports on, the attempt it is. */
  readonly about: string
  /** The tag that was gone from the registry when the image was chosen. */
  readonly loweredFrom?: string | undefined
}

/** Name of the Job of a run: the hash covers the whole name, of which only a part may fit. */
export function jobName(parent: Parent, spec: TerraformSpec, { step, image, command, about }: RunInput): string {
  const { name, annotations } = parent.metadata
  const requestedAt = annotations?.[ANNOTATION.requestedAt] ?? ''
  const { variables, variablesFrom = [] } = spec
  const sorted = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = shortHash(
    JSON.stringify([name, step, image, command, about, sorted, variablesFrom, requestedAt]),
    HASH_LENGTH,
  )
  const rest = `-${step}-${hash}`
  return name.slice(0, MAX_NAME - rest.length).replace(/-+$/, '') + rest
}

/** The Job of a run. The image's own CMD starts the script; we override neither command nor entrypoint. */
export function job(
  parent: Parent,
  spec: TerraformSpec,
  {
    name,
    input,
    pullSecret,
    attempt,
  }: { name: string; input: RunInput; pullSecret: string | undefined; attempt?: number },
): DesiredChild {
  const labels = jobLabels(parent, spec, input.step)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: parent.metadata.namespace,
      labels,
      annotations: {
        [ANNOTATION.image]: input.image,
        ...(input.loweredFrom !== undefined && { [ANNOTATION.imageLoweredFrom]: input.loweredFrom }),
        [ANNOTATION.settings]: settingsHash(spec),
        ...(attempt !== undefined && { [ANNOTATION.attempt]: String(attempt) }),
      },
    },
    spec: {
      backoffLimit: spec.retries,
      ...(spec.timeoutSeconds !== undefined && { activeDeadlineSeconds: spec.timeoutSeconds }),
      // A pod that was evicted or whose node was lost is no failure of its script; and never two pods at a time.
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      podReplacementPolicy: 'Failed',
      template: { metadata: { labels }, spec: podSpec(spec, input, pullSecret) },
    },
  }
}

function jobLabels(parent: Parent, { dependencies }: TerraformSpec, step: Step): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'alustan',
    [LABEL.terraform]: parent.metadata.name,
    [LABEL.step]: step,
    ...dependencyLabels(dependencies),
  }
}

function podSpec(spec: TerraformSpec, { image, command }: RunInput, pullSecret: string | undefined) {
  const { serviceAccountName, nodeSelector, tolerations, resources, variablesFrom } = spec
  const { podSecurityContext, securityContext } = spec
  const variables = Object.entries(spec.variables).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: GRACE_SECONDS,
    automountServiceAccountToken: serviceAccountName !== undefined,
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(tolerations !== undefined && { tolerations }),
    ...(podSecurityContext !== undefined && { securityContext: podSecurityContext }),
    containers: [
      {
        name: 'script',
        image,
        env: [
          ...variables.map(([name, value]) => ({ name, value: escapeExpansion(value) })),
          { name: 'SCRIPT', value: command.script },
          { name: 'ARGS', value: command.args },
        ],
        ...(variablesFrom !== undefined && { envFrom: variablesFrom }),
        ...(resources !== undefined && { resources }),
        ...(securityContext !== undefined && { securityContext }),
      },
    ],
  }
}
