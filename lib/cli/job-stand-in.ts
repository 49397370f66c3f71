import { type ApiObject, type Cluster, isApiError } from '../engine/cluster.js'
import { RESOURCES } from '../engine/resources.js'
import type { Timers } from '../engine/timers.js'
import { Pod } from '../kubernetes/api.js'
import { livePods, podReport } from '../kubernetes/pod-report.js'
import type { RunReader } from '../kubernetes/run-reader.js'
import { LABEL } from '../names.js'
import { parseOutput } from '../terraform/output.js'
import { rfc3339 } from '../rfc3339.js'

/** How a script ends, and when, in milliseconds of simulated time after its pod was made. */
export interface ScriptRun {
  readonly milliseconds: number
  readonly exitCode: number
  readonly log: string
  /** How long it works on after it was told to stop; half a second when left out. */
  readonly stopMilliseconds?: number
  /** Why it never starts, such as `ImagePullBackOff`. */
  readonly waitsFor?: string | undefined
}

/** How long a pod needs to start, and to stop after it was told to. */
const START_MS = 300
const STOP_MS = 500

/**
 * Stands in for the Job controller and the kubelet on a cluster in memory: a Job gets a pod, which runs and ends as
 * `script` says; a pod that is deleted lives on for its grace period, also when its Job is gone. It runs nothing.
 */
export function jobStandIn(cluster: Cluster, timers: Timers, script: (job: ApiObject) => ScriptRun): void {
  const due = new Set<string>()
  const later = (key: string, milliseconds: number, act: () => Promise<void>): void => {
    if (due.has(key)) return
    due.add(key)
    timers.after(milliseconds, () => {
      due.delete(key)
      act().catch((thrown: unknown) => {
        const isRace = ['Conflict', 'NotFound', 'AlreadyExists'] as const
        if (!isRace.some(reason => isApiError(thrown, reason))) throw thrown
      })
    })
  }
  const watch = (resource: typeof RESOURCES.jobs, changed: (object: ApiObject) => void): void => {
    cluster.watch(resource, {
      listed: objects => {
        objects.forEach(changed)
      },
      changed: ({ type, object }) => {
        if (type !== 'DELETED') changed(object)
      },
    })
  }
  watch(RESOURCES.jobs, job => {
    if (isEnded(job) || job.metadata.deletionTimestamp !== undefined) return
    later(`pod ${uidOf(job)}`, START_MS, () => startPod(cluster, job, script(job)))
  })
  watch(RESOURCES.pods, pod => {
    const { milliseconds, exitCode, stopMilliseconds = STOP_MS } = script(pod)
    if (pod.metadata.deletionTimestamp !== undefined) {
      later(`stop ${uidOf(pod)}`, phaseOf(pod) === 'Running' ? stopMilliseconds : 0, () =>
        cluster.delete(RESOURCES.pods, pod.metadata, { gracePeriodSeconds: 0 }),
      )
    } else if (phaseOf(pod) === 'Running') {
      later(`end ${uidOf(pod)}`, milliseconds, () => endPod(cluster, pod, exitCode, timers.now()))
    }
  })
}

function uidOf({ metadata }: ApiObject): string {
  return metadata.uid ?? ''
}

function phaseOf({ status }: ApiObject): string {
  return (status as { phase?: string } | undefined)?.phase ?? ''
}

function isEnded({ status }: ApiObject): boolean {
  return (status as { conditions?: unknown[] } | undefined)?.conditions !== undefined
}

async function startPod(cluster: Cluster, { metadata }: ApiObject, { waitsFor }: ScriptRun): Promise<void> {
  const job = await cluster.get(RESOURCES.jobs, metadata)
  if (job === undefined || uidOf(job) !== metadata.uid || isEnded(job)) return
  const { name, namespace = '', uid = '', labels = {} } = metadata
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true, blockOwnerDeletion: true }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${uid.slice(-5)}`,
      namespace,
      labels: { ...labels, 'job-name': name },
      ownerReferences: [owner],
    },
    // On a node, so that it ends gracefully.
    spec: { nodeName: 'node', terminationGracePeriodSeconds: 600 },
  }
  const made = await cluster.create(RESOURCES.pods, pod)
  const waiting = { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: waitsFor } }, lastState: {} }] }
  const status = waitsFor === undefined ? { phase: 'Running' } : waiting
  await cluster.updateStatus(RESOURCES.pods, { ...made, status })
  await cluster.updateStatus(RESOURCES.jobs, { ...job, status: { active: 1 } })
}

async function endPod(cluster: Cluster, { metadata }: ApiObject, exitCode: number, now: number): Promise<void> {
  const pod = await cluster.get(RESOURCES.pods, metadata)
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return
  const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' }
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed'
  const ended = { phase, containerStatuses: [{ state: { terminated }, lastState: {} }] }
  const after = await cluster.updateStatus(RESOURCES.pods, { ...pod, status: ended })
  const name = metadata.labels?.['job-name'] ?? ''
  const job = await cluster.get(RESOURCES.jobs, { name, namespace: metadata.namespace })
  if (job === undefined || !after.metadata.ownerReferences?.some(({ uid }) => uid === job.metadata.uid)) return
  const time = rfc3339(now)
  const failed = [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: time }]
  const succeeded = [{ type: 'Complete', status: 'True', lastTransitionTime: time }]
  const status = exitCode === 0 ? { succeeded: 1, conditions: succeeded } : { failed: 1, conditions: failed }
  await cluster.updateStatus(RESOURCES.jobs, { ...job, status })
}

/** Reads runs from the pods of a cluster in memory, as a server reads them from the Kubernetes API. */
export function runReaderOf(cluster: Cluster, script: (job: ApiObject) => ScriptRun): RunReader {
  const podsWith = async (namespace: string, label: string, value: string) =>
    cluster.list(RESOURCES.pods, { namespace, labelSelector: { matchLabels: { [label]: value } } })
  return {
    pods: async ({ namespace, job }) => ({
      value: podReport((await podsWith(namespace, 'job-name', job)).map(pod => Pod.parse(pod))),
    }),
    output: async ({ namespace, job }) => {
      const pod = (await podsWith(namespace, 'job-name', job)).find(each => phaseOf(each) === 'Succeeded')
      return pod && { value: parseOutput(script(pod).log) }
    },
    livePods: async (namespace, terraform) => ({
      value: livePods((await podsWith(namespace, LABEL.terraform, terraform)).map(pod => Pod.parse(pod))),
    }),
  }
}
