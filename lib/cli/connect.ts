import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AlustanError, type Reason, errorText } from '../errors.js'
import { type ApiClient, type ApiRequest, apiClient } from '../engine/api-request.js'
import { ApiError } from '../engine/cluster.js'
import { kubectlProxy } from '../engine/kubectl-proxy.js'
import { socketFetch } from '../engine/socket-fetch.js'
import { foreignAnswer } from './api-answer.js'

/** Which cluster and namespace a command is about; what is left out is as for kubectl. */
export interface ClusterOptions {
  readonly context?: string
  readonly namespace?: string
}

/** A cluster that can be asked. All its failures are `AlustanError`s. */
export interface Connection {
  readonly client: ApiClient
  readonly namespace: string
  readonly stop: () => void
}

/** How long one answer may take. */
const TIMEOUT_MS = 20_000

/** What the proxy refuses to pass on; a merge patch is all that a command ever writes. */
const REJECTED = { read: '^(POST|PUT|PATCH|DELETE)$', write: '^(POST|PUT|DELETE)$' }

/**
 * Reaches the cluster through the user's own kubectl, so that every kind of login works. Throws `ClusterUnreachable`
 * when kubectl or a kubeconfig is missing.
 */
export async function connect(options: ClusterOptions, access: keyof typeof REJECTED): Promise<Connection> {
  const context = options.context === undefined ? [] : [`--context=${options.context}`]
  // Asked for with -n too: it tells whether there is a context, and a proxy would start without one.
  const [namespace, proxy] = await Promise.allSettled([
    contextNamespace(context),
    kubectlProxy([...context, `--reject-methods=${REJECTED[access]}`]),
  ])
  if (namespace.status === 'fulfilled' && proxy.status === 'fulfilled') {
    return {
      client: guarded(apiClient('http://localhost', socketFetch(proxy.value.socket))),
      namespace: options.namespace ?? namespace.value,
      stop: proxy.value.stop,
    }
  }
  if (proxy.status === 'fulfilled') proxy.value.stop()
  const thrown: unknown = namespace.status === 'rejected' ? namespace.reason : (proxy as PromiseRejectedResult).reason // one of the two was
  throw thrown instanceof AlustanError ? thrown : new AlustanError('ClusterUnreachable', errorText(thrown))
}

/** The namespace of the context, found without asking the cluster. */
async function contextNamespace(context: readonly string[]): Promise<string> {
  // Inside a pod, kubectl uses its ServiceAccount where there is no kubeconfig.
  const byDefault = process.env.KUBERNETES_SERVICE_HOST === undefined ? undefined : 'default'
  const args = ['config', 'view', '--minify', '--output=jsonpath={.contexts[0].context.namespace}', ...context]
  try {
    const { stdout } = await promisify(execFile)('kubectl', args)
    return stdout.trim() === '' ? 'default' : stdout.trim()
  } catch (cause) {
    if (byDefault !== undefined) return byDefault
    throw new AlustanError('ClusterUnreachable', withoutContext(cause), { cause })
  }
}

function withoutContext(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return 'kubectl is not on PATH; install it: the cluster is reached through it, with its login'
  }
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : errorText(cause)
  const line = said.replace(/^error: /, '').replaceAll('\n', ' ')
  return `kubectl knows no cluster (${line}); set KUBECONFIG, or name one of 'kubectl config get-contexts' with --context`
}

/** The client with every refusal worded for the one who asked. */
function guarded(client: ApiClient): ApiClient {
  const guard =
    <T>(ask: (path: string, request?: ApiRequest) => Promise<T>) =>
    async (path: string, request: ApiRequest = {}): Promise<T> => {
      try {
        return await ask(path, { signal: AbortSignal.timeout(TIMEOUT_MS), ...request })
      } catch (cause) {
        throw worded(cause, path)
      }
    }
  return {
    send: guard((path, request) => client.send(path, request)),
    object: guard((path, request) => client.object(path, request)),
  }
}

function worded(cause: unknown, path: string): AlustanError {
  const failure = (reason: Reason, text: string) => new AlustanError(reason, text, { cause })
  const silent = (why: string) =>
    failure('ClusterUnreachable', `the cluster does not answer (${why}); is it up, and may this machine reach it?`)
  if (cause instanceof SyntaxError) return foreignAnswer(path, 'JSON')
  if (!(cause instanceof ApiError)) return silent(errorText(cause))
  const { status, message } = cause
  if (status === 401) return failure('Forbidden', `the cluster refuses the login (${message}); log in again`)
  if (status === 403) return failure('Forbidden', `${message}; ask for that permission, or use another --context`)
  if (status === 404) return failure('NotFound', message)
  if (status === 429) return failure('ClusterUnreachable', `the cluster is busy (${message}); try again in a minute`)
  if (status < 400) return foreignAnswer(path, `answer of Kubernetes (${message})`)
  if (status >= 500) return silent(message)
  const cure = 'ask those who run it which of its rules that is'
  return failure('InvalidInput', `the cluster refuses the request (${message}); ${cure}`)
}
