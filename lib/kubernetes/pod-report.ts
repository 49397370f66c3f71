import type { PodReport } from '../terraform/facts.js'
import type { Pod } from './api.js'

/** Reasons that are no reason: the way every container starts, or what the exit code says better. */
const USUAL = ['ContainerCreating', 'PodInitializing', 'Completed', 'Error']

/** What a Job's pods tell: whether one ever started, and of the newest why it does not start or failed. */
export function podReport(pods: readonly Pod[]): PodReport {
  const byAge = [...pods].sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
  const newest = byAge.at(-1)
  if (newest === undefined) return { hasStarted: false, reason: 'PodNotCreated', exitCode: undefined }
  const { status } = newest
  const states = status.containerStatuses.flatMap(({ state, lastState }) => [state, lastState])
  const terminated = states.find(state => state.terminated !== undefined)?.terminated
  const scheduling = status.conditions.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False')
  const candidates = [
    status.reason,
    ...states.map(state => state.waiting?.reason),
    terminated?.reason,
    scheduling?.reason,
  ]
  return {
    hasStarted: pods.some(hasStarted),
    reason: candidates.find(reason => reason !== undefined && !USUAL.includes(reason)),
    exitCode: terminated?.exitCode,
  }
}

function hasStarted({ status }: Pod): boolean {
  const states = status.containerStatuses.flatMap(({ state, lastState }) => [state, lastState])
  const isPast = status.phase === 'Running' || status.phase === 'Succeeded' || status.phase === 'Failed'
  return isPast || states.some(({ running, terminated }) => running !== undefined || terminated !== undefined)
}

/** Names of the pods that have not ended, sorted: one that is being deleted works on until then. */
export function livePods(pods: readonly Pod[]): string[] {
  const live = pods.filter(({ status }) => status.phase !== 'Succeeded' && status.phase !== 'Failed')
  return live.map(({ metadata }) => metadata.name).sort()
}
