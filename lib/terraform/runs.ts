import { type KubernetesObject, type SyncRequest, childrenOf, isRecord } from '../metacontroller.js'
import { ANNOTATION, KIND, LABEL } from '../names.js'

export type Step = 'deploy' | 'postdeploy' | 'destroy'

/** A Job of ours, as far as it can be read from the Job alone. */
export interface Run {
  readonly job: KubernetesObject
  readonly name: string
  readonly step: Step
  readonly image: string | undefined
  /** Hash of the settings of its pod; undefined for a Job of a version that did not write it. */
  readonly settings: string | undefined
  /** Which attempt of a destroy it is, from 1. */
  readonly attempt: number
  /** RFC 3339; the API server's time, like `endedAt`. */
  readonly createdAt: string
  readonly outcome: 'succeeded' | 'failed' | undefined
  readonly endedAt: string
  /** Why it failed, as the Job controller says: `BackoffLimitExceeded`, `DeadlineExceeded`, … */
  readonly reason: string | undefined
  /** Whether a pod of it has failed already, so that it did start. */
  readonly hasFailedPods: boolean
}

/** Our Jobs, the newest last. Throws what `childrenOf` throws. */
export function readRuns(request: SyncRequest): Run[] {
  const runs = childrenOf(request, KIND.job).map(readRun)
  return runs.sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.name, b.name))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function readRun(job: KubernetesObject): Run {
  const { labels, annotations, creationTimestamp, name } = job.metadata
  const status = isRecord(job.status) ? job.status : {}
  const ended = endOf(status.conditions)
  const step = labels?.[LABEL.step]
  return {
    job,
    name,
    step: step === 'postdeploy' || step === 'destroy' ? step : 'deploy',
    image: annotations?.[ANNOTATION.image],
    settings: annotations?.[ANNOTATION.settings],
    attempt: Number(annotations?.[ANNOTATION.attempt]) || 1,
    createdAt: creationTimestamp ?? '',
    outcome: ended === undefined ? undefined : ended.type === 'Complete' ? 'succeeded' : 'failed',
    endedAt: textOf(ended?.lastTransitionTime) ?? '',
    reason: ended?.type === 'Failed' ? textOf(ended.reason) : undefined,
    hasFailedPods: typeof status.failed === 'number' && status.failed > 0,
  }
}

/** The condition that says how a Job ended. */
function endOf(conditions: unknown): Record<string, unknown> | undefined {
  if (!Array.isArray(conditions)) return undefined
  return conditions
    .filter(isRecord)
    .find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'))
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Whether a Job may still have a pod that runs: one that is being deleted has, until its pod is gone. */
export function isActive(run: Run): boolean {
  return run.outcome === undefined || isGoing(run)
}

/** Whether a Job is being deleted. */
export function isGoing({ job }: Run): boolean {
  return job.metadata.deletionTimestamp != null
}
