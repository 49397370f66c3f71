import { argoCdStandIn } from '../../lib/cli/argo-cd-stand-in.js'
import { table } from '../../lib/cli/table.js'
import { apiCluster } from '../../lib/engine/api-cluster.js'
import { openKubectlProxy } from '../../lib/engine/kubectl-proxy.js'
import { memoryCluster } from '../../lib/engine/memory-cluster.js'
import { realTimers } from '../../lib/engine/timers.js'
import { median } from '../bench/report.js'
import { ourKinds } from '../e2e/custom-resource-definitions.js'
import { applyCrowd, makeCrowd, removeCrowd } from './crowd.js'
import { type Resync, startScaleWorld } from './scale-world.js'

// What many Services cost against few: the engine and the hooks in this process, on a cluster in memory, or on the one
// in KUBECONFIG, from which everything is removed again. Arguments: the two numbers of Services.
const [few = 1000, many = 10_000] = process.argv.slice(2).map(Number)
const isReal = process.env.KUBECONFIG !== undefined
const ROUNDS = 3
/** Argo CD knows no such cluster: a real one makes no Application, which would be work for nothing. */
const CLUSTER_NAME = isReal ? 'of-scale-tests' : 'in-cluster'

const MOST_CALLS = 1.1
const MOST_TIME = 1.1

if (isReal) await ourKinds()
const proxy = isReal ? await openKubectlProxy() : undefined
const cluster = proxy === undefined ? memoryCluster() : apiCluster({ url: proxy.url, onError: console.error })
if (proxy === undefined) argoCdStandIn(cluster, realTimers)
const crowd = makeCrowd(many, CLUSTER_NAME)
const world = await startScaleWorld(cluster, many)

/** What so many Services cost, by the middle of several rounds. */
async function measure(size: number) {
  const began = Date.now()
  await applyCrowd(cluster, crowd, size)
  await world.settle()
  const upSeconds = (Date.now() - began) / 1000
  await world.resync()
  globalThis.gc?.()
  const rounds: Resync[] = []
  while (rounds.length < ROUNDS) rounds.push(await world.resync())
  return {
    size,
    hookCalls: median(rounds.map(({ hookCalls }) => hookCalls)),
    apiCalls: median(rounds.map(({ apiCalls }) => apiCalls)),
    syncMs: median(rounds.flatMap(({ syncMs }) => syncMs)),
    upSeconds,
    seconds: median(rounds.map(round => round.seconds)),
    rssMiB: process.memoryUsage().rss / 2 ** 20,
  }
}

try {
  const [small, large] = [await measure(few), await measure(many)]
  const growth = many / few
  const rows = [small, large].map(({ size, hookCalls, apiCalls, syncMs, seconds, upSeconds, rssMiB }) =>
    [size, upSeconds.toFixed(0), hookCalls, apiCalls, syncMs.toFixed(2), seconds.toFixed(1), rssMiB.toFixed(0)].map(
      String,
    ),
  )
  const head = [
    'SERVICES',
    'S UNTIL UP',
    'HOOK CALLS A RESYNC',
    'API CALLS A RESYNC',
    'MS A SYNC',
    'S A RESYNC',
    'RSS MIB',
  ]
  for (const line of table([head, ...rows])) console.log(line)
  const verdicts = [
    ['hook calls', large.hookCalls / small.hookCalls, MOST_CALLS * growth],
    ['API calls', large.apiCalls / small.apiCalls, MOST_CALLS * growth],
    ['time of a sync', large.syncMs / small.syncMs, MOST_TIME],
  ] as const
  for (const [what, ratio, most] of verdicts) {
    console.log(
      `${ratio <= most ? 'ok ' : 'BAD'} ${what}: ${ratio.toFixed(2)} × for ${growth} × the Services, at most ${most.toFixed(2)} ×`,
    )
    if (ratio > most) process.exitCode = 1
  }
} finally {
  world.stop()
  if (proxy !== undefined) await removeCrowd(cluster, crowd)
  if ('stop' in cluster) cluster.stop()
  proxy?.stop()
}
process.exit()
