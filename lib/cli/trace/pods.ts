import type { ApiObject } from '../../engine/cluster.js'
import { Pod } from '../../kubernetes/api.js'
import { podReport } from '../../kubernetes/pod-report.js'
import type { TraceNode } from './trace-node.js'

/** What a pod tells of itself. */
export interface SeenPod {
  readonly name: string
  readonly namespace: string
  readonly phase: string
  readonly isReady: boolean
  /** Why it does not run, or failed. */
  readonly reason: string | undefined
}

const CURES: readonly (readonly [reason: RegExp, cure: string])[] = [
  [
    /^(ErrImagePull|ImagePullBackOff|InvalidImageName)$/,
    'check that the image exists and that its registry lets this cluster pull it',
  ],
  [/^OOMKilled$/, 'raise its memory limit'],
  [/^Unschedulable$/, 'add a node that has room for it, or lower what it requests'],
  [/^CreateContainer/, 'check the Secrets and ConfigMaps that it names'],
]

/** Reads a pod; anything odd counts as not said. */
export function seePod(object: ApiObject): SeenPod {
  const { name, namespace = '' } = object.metadata
  const pod = Pod.safeParse(object).data
  if (pod === undefined) return { name, namespace, phase: 'Unknown', isReady: false, reason: undefined }
  const { conditions, phase } = pod.status
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  const { reason, exitCode } = podReport([pod])
  const ended = phase === 'Failed' && exitCode !== undefined ? `exit code ${exitCode}` : undefined
  return { name, namespace, phase, isReady, reason: isReady ? undefined : (reason ?? ended) }
}

/** A pod as a node. */
export function podNode({ name, phase, isReady, reason }: SeenPod): TraceNode {
  const notes = [
    ...(isReady ? ['ready'] : phase === 'Running' ? ['not ready'] : []),
    ...(reason === undefined ? [] : [reason]),
  ]
  return { title: `Pod/${name}`, state: phase, notes }
}

/** The sentence on a pod that does not run, if one of them does not. */
export function podTrouble(pods: readonly SeenPod[]): string | undefined {
  const pod = pods.find(({ reason }) => reason !== undefined)
  if (pod === undefined) return undefined
  const { name, namespace, reason = '' } = pod
  const look = `kubectl -n ${namespace} ${/BackOff|OOM|exit/.test(reason) && !reason.startsWith('Image') ? `logs ${name} --previous` : `describe pod ${name}`}`
  const cure = CURES.find(([pattern]) => pattern.test(reason))?.[1]
  return `Pod '${name}', which is ${reason}: ${cure === undefined ? '' : `${cure}; `}see '${look}'`
}
