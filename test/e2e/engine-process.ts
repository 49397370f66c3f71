import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { apiCluster } from '../../lib/engine/api-cluster.js'
import type { ApplyStrategy } from '../../lib/engine/apply-child.js'
import { startEngine } from '../../lib/engine/engine.js'
import { fetchHook } from '../../lib/engine/hook.js'
import { openKubectlProxy } from '../../lib/engine/kubectl-proxy.js'

/**
 * The engine on the cluster in KUBECONFIG, where no Metacontroller runs: the arguments are files of
 * CompositeControllers. HOOK_URL replaces the origin of their webhooks, APPLY_STRATEGY is Metacontroller's
 * `--apply-strategy`. Says `ready` on stdout, failed rounds on stderr; ends on SIGTERM and with its parent's stdin.
 */
const controllers = process.argv
  .slice(2)
  .flatMap(file => parseAllDocuments(readFileSync(file, 'utf8')))
  .map(document => document.toJS() as unknown)
const { HOOK_URL, APPLY_STRATEGY = 'dynamic-apply' } = process.env

const proxy = await openKubectlProxy()
const cluster = apiCluster({ url: proxy.url, onError: console.error })
const engine = await startEngine({
  cluster,
  controllers,
  applyStrategy: APPLY_STRATEGY as ApplyStrategy, // whoever starts this knows the two
  callHook: (url, ...rest) => fetchHook(HOOK_URL === undefined ? url : HOOK_URL + new URL(url).pathname, ...rest),
  onFailure: ({ controller, parent, message }) => {
    console.error(`${controller} ${parent}: Sync error: ${message}`)
  },
})
console.log('ready')

function stop(): void {
  engine.stop()
  cluster.stop()
  proxy.stop()
  process.exit(0)
}
process.once('SIGTERM', stop).once('SIGINT', stop)
process.stdin.once('close', stop).resume()
