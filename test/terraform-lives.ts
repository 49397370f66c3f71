import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type ScriptRun, jobStandIn, runReaderOf } from '../lib/cli/job-stand-in.js'
import type { ApiObject } from '../lib/engine/cluster.js'
import { type Engine, startEngine } from '../lib/engine/engine.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { mortalCluster } from '../lib/engine/mortal-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { virtualTimers } from '../lib/engine/timers.js'
import { parseParent, parseSyncRequest } from '../lib/metacontroller.js'
import { parseTag } from '../lib/registry/tag.js'
import { desiredTerraform } from '../lib/terraform/desired.js'
import { finalizeTerraform } from '../lib/terraform/finalize.js'
import { relatedToTerraform } from '../lib/terraform/related.js'
import { isActive } from '../lib/terraform/runs.js'
import { readTerraform } from '../lib/terraform/situation.js'

// Plays the life of one Terraform once for each seed from the first argument to the second, with faults at every step:
// engine and hooks die after any write, events come late or are lost, in an order that the seed decides. Prints what
// went wrong as JSON. A program of its own, since a test runner's tracking of promises would take a third of the time.
const CONTROLLER: unknown = parse(readFileSync('metacontroller/terraforms.yaml', 'utf8'))
const NAME = { name: 'staging', namespace: 'team' }
const settings = {
  endpoints: { dockerRegistryUrl: 'http://r', ghcrUrl: '', allowedRegistryHosts: [] },
  resyncAfterSeconds: 60,
  copyRegistrySecret: true,
}
const scan = { tags: [parseTag('1.0.0')!], failure: undefined, isTruncated: false, isRunningTagGone: false }

const terraform = (region: string): ApiObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Terraform',
  metadata: NAME,
  spec: {
    variables: { TF_VAR_region: region },
    scripts: { deploy: 'deploy', destroy: 'destroy' },
    postDeploy: { script: 'report' },
    containerRegistry: { provider: 'docker', imageName: 'a/b' },
  },
})

const script = ({ metadata }: ApiObject): ScriptRun => ({
  milliseconds: 700,
  exitCode: 0,
  log: metadata.labels?.['alustan.io/step'] === 'postdeploy' ? '{"outputs":{"a":1}}' : '',
})

/** Numbers from 0 to below `limit`, the same for the same seed (mulberry32). */
function random(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit)
  }
}

/** Plays one life; returns what went wrong. */
async function life(seed: number): Promise<string | undefined> {
  const pick = random(seed)
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now, stepped: true })
  const lag = pick(11)
  let drops = pick(2)
  let deaths = 1 + pick(3)
  const reader = runReaderOf(cluster, script)
  const now = () => new Date(timers.now()).toISOString().replace(/\.\d+Z$/, 'Z')
  const callHook = async (url: string, body: string) => {
    const hook = url.slice(url.lastIndexOf('/') + 1)
    const given: unknown = JSON.parse(body)
    if (pick(40) === 0) return { status: 503, headers: {}, body: 'the hooks restart' }
    if (hook === 'customize')
      return { status: 200, headers: {}, body: JSON.stringify(relatedToTerraform(parseParent(given))) }
    const situation = readTerraform(parseSyncRequest(given), settings)
    const name = (run: (typeof situation.runs)[number]) => ({
      namespace: 'team',
      job: run.name,
      id: run.name,
      isActive: isActive(run),
    })
    const facts = {
      now: now(),
      scan,
      pods: situation.inspected && (await reader.pods(name(situation.inspected)))?.value,
      output: situation.unread && (await reader.output(name(situation.unread)))?.value,
      leftovers: (await reader.livePods('team', 'staging'))?.value,
      forbidden: undefined,
      pullConfig: undefined,
    }
    const answer = hook === 'finalize' ? finalizeTerraform(situation, facts) : desiredTerraform(situation, facts)
    return { status: 200, headers: {}, body: JSON.stringify(answer) }
  }

  // What is watched over: pods that live, deploys that succeeded by their region, destroys.
  const succeeded = new Map<string, Set<string>>()
  let fault: string | undefined
  const inspect = () => {
    const pods = cluster.objects().filter(({ kind }) => kind === 'Pod')
    const phase = ({ status }: ApiObject) => (status as { phase?: string } | undefined)?.phase
    const live = pods.filter(pod => phase(pod) !== 'Succeeded' && phase(pod) !== 'Failed')
    if (live.length > 1) fault ??= `two live pods: ${live.map(({ metadata }) => metadata.name).join(', ')}`
    for (const { metadata, ...pod } of pods) {
      if (phase({ ...pod, metadata }) !== 'Succeeded') continue
      const job = metadata.labels?.['job-name'] ?? ''
      const uids = succeeded.get(job) ?? new Set()
      uids.add(metadata.uid ?? '')
      succeeded.set(job, uids)
      if (job.includes('-deploy-') && uids.size > 1) fault ??= `${job} deployed ${uids.size} times`
    }
  }

  let hasPassed = false
  let view = mortalCluster(cluster, 1 + pick(12))
  let engine: Engine
  const begin = async (): Promise<void> => {
    engine = await startEngine({ cluster: view, controllers: [CONTROLLER], callHook, timers, workers: 0 })
  }
  jobStandIn(cluster, timers, script)
  await begin()
  const revive = async (): Promise<void> => {
    if (!view.isDead()) return
    engine.stop()
    view = mortalCluster(cluster, --deaths > 0 ? 1 + pick(12) : Infinity)
    await begin()
  }
  const pump = async (): Promise<void> => {
    await new Promise(resolve => setImmediate(resolve))
    // Pods change only when time passes.
    if (hasPassed) inspect()
    hasPassed = false
    await revive()
    if (drops > 0 && cluster.pending().length > 0 && pick(30) === 0) {
      drops--
      cluster.drop()
      timers.after(5000, () => {
        cluster.relist()
      })
      return
    }
    const isLate = cluster.pending().length <= lag && pick(3) !== 0
    if (!isLate && cluster.deliver()) return
    if (await engine.syncNext().catch(() => true)) return
    if (cluster.deliver() || cluster.collectGarbage()) return
    timers.next()
    hasPassed = true
  }
  const until = async (what: string, isReached: (parent: ApiObject | undefined) => boolean): Promise<void> => {
    for (let steps = 0; steps < 3000 && fault === undefined; steps++) {
      await pump()
      if (isReached(await cluster.get(RESOURCES.terraforms, NAME))) return
    }
    fault ??= `${what}: never`
  }
  const isCompleted = (parent: ApiObject | undefined) => {
    const status = parent?.status as { state?: string; observedGeneration?: number } | undefined
    return status?.state === 'Completed' && status.observedGeneration === parent?.metadata.generation
  }
  const edit = async (region: string): Promise<void> => {
    const parent = await cluster.get(RESOURCES.terraforms, NAME)
    if (parent !== undefined) await cluster.update(RESOURCES.terraforms, { ...parent, spec: terraform(region).spec })
  }

  await cluster.create(RESOURCES.terraforms, terraform('a'))
  for (let steps = pick(60); steps > 0; steps--) await pump()
  await edit('b')
  await until('Completed', isCompleted)
  await edit('c')
  for (let steps = pick(60); steps > 0; steps--) await pump()
  const isForeground = pick(4) === 0
  await cluster.delete(RESOURCES.terraforms, NAME, isForeground ? { propagation: 'Foreground' } : {})
  await until('gone', parent => parent === undefined)
  inspect()
  const isDestroyed = [...succeeded.keys()].some(job => job.includes('-destroy-'))
  if (fault === undefined && !isDestroyed) fault = 'gone without a destroy'
  engine!.stop()
  return fault
}

const [from = 1, to = from] = process.argv.slice(2).map(Number)
const faults: string[] = []
for (let seed = from; seed <= to && faults.length < 5; seed++) {
  const fault = await life(seed)
  if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`)
}
console.log(JSON.stringify(faults))
