import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AlustanError } from '../errors.js'
import { errorCode } from '../http/bounded-request.js'

const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** Longest part of a log that is looked at, in characters: its end. */
const MAX_LOG = 2 * 1024 * 1024
const TAIL_LINES = 50_000

const ContainerState = z.looseObject({
  waiting: z.looseObject({ reason: z.string().optional() }).optional(),
  running: z.looseObject({}).optional(),
  terminated: z.looseObject({ reason: z.string().optional(), exitCode: z.number().optional() }).optional(),
})

/** What is read of a pod. */
export const Pod = z.looseObject({
  metadata: z.looseObject({ name: z.string(), creationTimestamp: z.string().default('') }),
  status: z
    .looseObject({
      phase: z.string().default(''),
      reason: z.string().optional(),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string().optional() }))
        .default([]),
      containerStatuses: z
        .array(z.looseObject({ state: ContainerState.default({}), lastState: ContainerState.default({}) }))
        .default([]),
    })
    .default({ phase: '', conditions: [], containerStatuses: [] }),
})
export type Pod = z.infer<typeof Pod>

const PodList = z.looseObject({ items: z.array(Pod) })

/** The two things that are asked of the Kubernetes API. Both throw `PodsForbidden`, `KubernetesUnreachable`, `LogUnreadable`, or what fetch throws. */
export interface KubernetesApi {
  /** The pods with a label. */
  podsOf: (namespace: string, label: string, signal: AbortSignal) => Promise<Pod[]>
  /** The end of a pod's log. */
  logOf: (namespace: string, pod: string, signal: AbortSignal) => Promise<string>
}

/** Where the API is: given, or that of the cluster this runs in; undefined where there is none. */
export function apiURL(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env
  if (given !== undefined) return given
  return host === undefined ? undefined : `https://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Asks the API with the token that is mounted, if one is; the cluster's CA comes with NODE_EXTRA_CA_CERTS. */
export function kubernetesApi(url: string): KubernetesApi {
  const ask = async (
    namespace: string,
    path: string,
    signal: AbortSignal,
    refused: (status: number) => AlustanError,
  ): Promise<Response> => {
    const token = await readFile(TOKEN_FILE, 'utf8').catch(() => undefined)
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token.trim()}` }
    const answer = await fetch(`${url}/api/v1/namespaces/${encodeURIComponent(namespace)}/pods${path}`, {
      headers,
      signal,
    })
    if (answer.ok) return answer
    await answer.body?.cancel()
    if (answer.status === 401 || answer.status === 403) throw forbidden(namespace)
    throw refused(answer.status)
  }
  return {
    podsOf: async (namespace, label, signal) => {
      const answer = await ask(namespace, `?labelSelector=${encodeURIComponent(label)}`, signal, status =>
        unreachable(`answers with ${status}`, 'it is asked again; if that stays, look at it'),
      )
      return PodList.parse(await answer.json()).items
    },
    logOf: async (namespace, pod, signal) => {
      const path = `/${encodeURIComponent(pod)}/log?tailLines=${TAIL_LINES}`
      return endOf(await ask(namespace, path, signal, status => unreadableLog(pod, status)))
    },
  }
}

/** Anything thrown as a failure to tell of: of the same fault always the same text. */
export function asPodFailure(thrown: unknown): AlustanError {
  if (thrown instanceof AlustanError) return thrown
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') return unreachable('does not answer', NETWORK)
  const code = errorCode(thrown)
  return code === undefined
    ? unreachable('answers with no list of pods', NETWORK)
    : unreachable(`cannot be reached (${code})`, NETWORK)
}

const NETWORK = "check the chart's networkPolicy.egressPorts, and NO_PROXY and NODE_EXTRA_CA_CERTS of alustan"

function unreachable(fault: string, cure: string): AlustanError {
  return new AlustanError(
    'KubernetesUnreachable',
    `the Kubernetes API ${fault}, so nothing is known of pods and no run starts; ${cure}`,
  )
}

/** Logs come from the node of the pod, which may be gone while the API is well. */
function unreadableLog(pod: string, status: number): AlustanError {
  return new AlustanError(
    'LogUnreadable',
    `the log of pod '${pod}' cannot be read (status ${status}); it is tried again; if its node is lost, annotate alustan.io/requestedAt to run again`,
  )
}

function forbidden(namespace: string): AlustanError {
  return new AlustanError(
    'PodsForbidden',
    `alustan may not read the pods of namespace '${namespace}'; give its ServiceAccount the verbs list on pods and get on pods/log there`,
  )
}

/** Reads a body and keeps its end, however long it is. */
async function endOf(answer: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > 2 * MAX_LOG) text = text.slice(-MAX_LOG)
  }
  return text.slice(-MAX_LOG)
}
