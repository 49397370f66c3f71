import { relabelled } from '../dependencies/labels.js'
import { keptChild } from '../kept-child.js'
import type { DesiredChild, KubernetesObject } from '../metacontroller.js'
import { ANNOTATION, LABEL } from '../names.js'
import type { Output } from './output.js'
import { childNames } from './related.js'
import { type Run, isActive } from './runs.js'
import { type TerraformSituation, outputId } from './situation.js'

/** How many finished runs are kept beside the current ones. */
const KEPT_RUNS = 3

const OUTPUT_KEY = 'outputs.json'

/** The observed Jobs as an answer that keeps them: but those to leave out, and all but the newest of the finished. */
export function keptJobs(situation: TerraformSituation, current: readonly string[], leftOut?: string): DesiredChild[] {
  const { runs } = situation
  const isCurrent = ({ name }: Run) => current.includes(name)
  const old = runs.filter(run => !isActive(run) && !isCurrent(run)).slice(-KEPT_RUNS)
  return runs
    .filter(run => run.name !== leftOut && (isActive(run) || isCurrent(run) || old.includes(run)))
    .map(run => keptJob(situation, run))
}

/** A Job as it is; only its labels follow an edit of the dependencies, since its pod has long got what it needs. */
function keptJob({ request, spec }: TerraformSituation, { job }: Run): DesiredChild {
  const kept = keptChild(job, request.parent.metadata.namespace)
  if (spec.value === undefined) return kept
  const labels = relabelled(kept.metadata.labels ?? {}, spec.value.dependencies)
  return { ...kept, metadata: { ...kept.metadata, labels } }
}

/** Everything observed, as it is. */
export function keptChildren(situation: TerraformSituation): DesiredChild[] {
  const { request, runs, outputMap, pullSecret } = situation
  const others = [outputMap, pullSecret].filter(object => object !== undefined)
  return [
    ...runs.map(run => keptJob(situation, run)),
    ...others.map(object => keptChild(object, request.parent.metadata.namespace)),
  ]
}

function labels({ request }: TerraformSituation) {
  return { 'app.kubernetes.io/managed-by': 'alustan', [LABEL.terraform]: request.parent.metadata.name }
}

/** The ConfigMap of outputs after a run: with its outputs, or with the older ones and what is wrong with the new. */
export function outputMap(situation: TerraformSituation, run: Run, { outputs, fault }: Output): DesiredChild {
  const { name, namespace } = situation.request.parent.metadata
  const older = situation.outputMap?.data
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: childNames(name).output,
      namespace,
      labels: labels(situation),
      annotations: {
        [ANNOTATION.outputOf]: outputId(run),
        ...(fault !== undefined && { [ANNOTATION.outputFault]: fault }),
      },
    },
    ...(outputs !== undefined
      ? { data: { [OUTPUT_KEY]: JSON.stringify(outputs) } }
      : older !== undefined && { data: older }),
  }
}

/** The outputs that a ConfigMap holds. */
export function readOutputs(map: KubernetesObject | DesiredChild | undefined): Record<string, unknown> | undefined {
  const data: unknown = map?.data
  const text: unknown =
    typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[OUTPUT_KEY] : undefined
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined // somebody edited it; the next postDeploy writes it anew
  }
}

/**
 * Name of the Secret that a run pulls with; nodes do without where it is not there. Also while it cannot be written: a
 * run without one would give way to one that has it, again and again.
 */
export function pullSecretName(situation: TerraformSituation, config: string | undefined): string | undefined {
  const { pullSecret: name } = childNames(situation.request.parent.metadata.name)
  return config === undefined ? pullSecret(situation, config)?.metadata.name : name
}

/**
 * The Secret that lets the runs' image be pulled. While our own credentials are not known, the one that is there stays:
 * a later destroy may need it.
 */
export function pullSecret(situation: TerraformSituation, config: string | undefined): DesiredChild | undefined {
  const { request, settings, obstacles, active, pullSecret: observed } = situation
  const { name, namespace } = request.parent.metadata
  if (obstacles.pullSecret !== undefined) return undefined
  if (config === undefined) {
    const isKept = settings.copyRegistrySecret || active !== undefined
    return observed !== undefined && isKept ? keptChild(observed, namespace) : undefined
  }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: childNames(name).pullSecret, namespace, labels: labels(situation) },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
  }
}
