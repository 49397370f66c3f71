import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { jobStandIn, runReaderOf } from '../lib/cli/job-stand-in.js'
import type { ApiObject } from '../lib/engine/cluster.js'
import { type Engine, startEngine } from '../lib/engine/engine.js'
import { type MemoryCluster, memoryCluster } from '../lib/engine/memory-cluster.js'
import type { CallHook } from '../lib/engine/hook.js'
import { mortalCluster } from '../lib/engine/mortal-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { virtualTimers } from '../lib/engine/timers.js'
import { parseParent, parseSyncRequest } from '../lib/metacontroller.js'
import { parseTag } from '../lib/registry/tag.js'
import { desiredTerraform } from '../lib/terraform/desired.js'
import { finalizeTerraform } from '../lib/terraform/finalize.js'
import { relatedToTerraform } from '../lib/terraform/related.js'
import { isActive } from '../lib/terraform/runs.js'
import { type TerraformSituation, readTerraform } from '../lib/terraform/situation.js'
import { type LifeRecord, lifeRecord, lifeScripts } from './life-record.js'
import { rfc3339 } from '../lib/rfc3339.js'

const CONTROLLER: unknown = parse(readFileSync('metacontroller/terraforms.yaml', 'utf8'))
export const NAMESPACE = 'team'
const settings = {
  endpoints: { dockerRegistryUrl: 'http://r', ghcrUrl: '', allowedRegistryHosts: [] },
  resyncAfterSeconds: 60,
  copyRegistrySecret: true,
}

/** What goes wrong in a life, and when. */
export interface Plan {
  /** Chooses whatever is left to chance. */
  readonly pick: (limit: number) => number
  /** How many events may be under way. */
  readonly lag: number
  /** Who dies right after which write of the engine, counted from 1. */
  readonly deaths: readonly { who: 'hooks' | 'engine' | 'both'; write: number }[]
  /** Which events are lost, counted from 1; five seconds later the watches list anew. */
  readonly losses: readonly number[]
}

/** A cluster with the engine and the hooks, which die as planned and come back. */
export interface Life {
  readonly cluster: MemoryCluster
  readonly record: LifeRecord
  readonly pick: Plan['pick']
  /** The tags that the registry lists. */
  tags: string[]
  /** Moves on by one event, one round of the engine or one stretch of time. */
  pump(): Promise<void>
  /** Moves on until it is so; what never comes is a fault. */
  until(what: string, isReached: () => boolean | Promise<boolean>): Promise<void>
  /** How much there was to go wrong: writes of the engine, events. */
  counts(): { writes: number; events: number }
  stop(): void
}

const MAX_PUMPS = 4000

/** Begins a life on an empty cluster. */
export async function startLife(plan: Plan): Promise<Life> {
  const { pick, lag } = plan
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now, stepped: true })
  const scripts = lifeScripts()
  const record = lifeRecord()
  const deaths = [...plan.deaths].sort((a, b) => a.write - b.write)
  const now = () => rfc3339(timers.now())
  const applyStrategy = pick(2) === 0 ? 'dynamic-apply' : 'server-side-apply'
  let refusals = 0
  const hooks = lifeHooks({ cluster, scripts, now, tags: () => life.tags })
  const callHook: CallHook = async (url, request) => {
    if (refusals === 0) return hooks(url, request)
    refusals--
    throw new Error('connect ECONNREFUSED')
  }
  let engine: Engine
  let written = 0
  let view = mortalCluster(cluster)
  const begin = async (): Promise<void> => {
    const next = deaths.find(({ who, write }) => who !== 'hooks' && write > written)
    view = mortalCluster(cluster, next === undefined ? Infinity : next.write - written)
    engine = await startEngine({
      cluster: view,
      controllers: [CONTROLLER],
      callHook,
      timers,
      workers: 0,
      applyStrategy,
    })
  }
  const strike = async (): Promise<void> => {
    const due = deaths.filter(({ write }) => write <= written + view.writes())
    if (due.some(({ who }) => who !== 'engine')) refusals = 1 + pick(3)
    deaths.splice(0, due.length)
    if (!view.isDead()) return
    engine.stop()
    written += view.writes()
    await begin()
  }
  let events = 0
  const deliver = (): boolean => {
    if (cluster.pending().length === 0) return false
    if (!plan.losses.includes(++events)) return cluster.deliver()
    timers.after(5000, () => cluster.relist())
    return cluster.drop()
  }
  let hasPassed = false
  const life: Life = {
    cluster,
    record,
    pick,
    tags: ['1.0.0'],
    async pump() {
      // Lets what the engine does beside its rounds come to its end.
      await new Promise(resolve => setImmediate(resolve))
      // Pods change only when time passes.
      if (hasPassed) record.inspect(await cluster.list(RESOURCES.pods))
      hasPassed = false
      await strike()
      const isLate = cluster.pending().length <= lag && pick(3) !== 0
      if (!isLate && deliver()) return
      if (await engine.syncNext().catch(() => true)) return
      if (deliver() || cluster.collectGarbage()) return
      timers.next()
      hasPassed = true
    },
    async until(what, isReached) {
      for (let pumps = 0; pumps < MAX_PUMPS && record.fault === undefined; pumps++) {
        await life.pump()
        if (await isReached()) return
      }
      record.fault ??= `${what}: never`
    },
    counts: () => ({ writes: written + view.writes(), events }),
    stop: () => engine.stop(),
  }
  jobStandIn(cluster, timers, scripts)
  await begin()
  return life
}

/** The hooks on one cluster: as a server answers, less HTTP. */
function lifeHooks({
  cluster,
  scripts,
  now,
  tags,
}: {
  cluster: MemoryCluster
  scripts: ReturnType<typeof lifeScripts>
  now: () => string
  tags: () => string[]
}) {
  const reader = runReaderOf(cluster, scripts)
  const facts = async (situation: TerraformSituation) => {
    const { inspected, unread, request } = situation
    const { name } = request.parent.metadata
    const run = (of: NonNullable<typeof inspected>) => ({
      namespace: NAMESPACE,
      job: of.name,
      id: of.name,
      isActive: isActive(of),
    })
    return {
      now: now(),
      scan: {
        tags: tags().map(text => parseTag(text)!),
        failure: undefined,
        isTruncated: false,
        isRunningTagGone: false,
      },
      pods: inspected && (await reader.pods(run(inspected)))?.value,
      output: unread && (await reader.output(run(unread)))?.value,
      leftovers: (await reader.livePods(NAMESPACE, name))?.value,
      podFailure: undefined,
      pullConfig: undefined,
    }
  }
  return async (url: string, given: object) => {
    const answer = (content: object) => ({ status: 200, headers: {}, body: JSON.stringify(content) })
    if (url.endsWith('/customize')) return answer(relatedToTerraform(parseParent(given)))
    const situation = readTerraform(parseSyncRequest(given), settings)
    const decide = url.endsWith('/finalize') ? finalizeTerraform : desiredTerraform
    return answer(decide(situation, await facts(situation)))
  }
}

/** The status of a Terraform as it is stored. */
export function statusOf(object: ApiObject | undefined): Record<string, any> {
  return (object?.status ?? {}) as Record<string, any>
}
