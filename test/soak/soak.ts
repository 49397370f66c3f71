import { seededPick } from '../seeded-pick.js'
import { makeCast, mistakesOf } from './cast.js'
import { DISTURBANCES } from './disturbances.js'
import { judge, type Stuck } from './judge.js'
import { type MemoryReport, memoryWatch } from './memory-watch.js'
import { CONFIG } from './replica.js'
import { makeStage, request, resourceOfActor, type Stage } from './stage.js'
import { upstreamWatch, type UpstreamReport } from './upstream.js'
import { startWorld } from './world.js'

export interface SoakOptions {
  hours: number
  resources: number
  seed: number
  /** Told how far it is, in simulated hours. */
  onProgress?: (hours: number) => void
}

/** What a soak came to. */
export interface SoakReport {
  readonly stuck: readonly Stuck[]
  /** How often each disturbance happened. */
  readonly disturbances: ReadonlyMap<string, number>
  readonly calls: number
  readonly writes: number
  readonly memory: MemoryReport
  readonly requests: UpstreamReport
}

const CREATE_AGAIN_SECONDS = 5
const WEIGHTS = DISTURBANCES.reduce((sum, { weight }) => sum + weight, 0)
/** Two intervals of the images of Terraforms: by then everything has been looked at again, and every pause is over. */
const SETTLE_SECONDS = 2 * CONFIG.infraSyncSeconds
const REPAIR_SECONDS = 900
const MISTAKES_ONE_OF = 20

/** Plays hours with a disturbance each second, then lets everything come to rest and judges it. */
export async function soak({ hours, resources, seed, onProgress = () => undefined }: SoakOptions): Promise<SoakReport> {
  const pick = seededPick(seed)
  const cast = makeCast(resources, pick)
  const world = await startWorld(cast, seededPick(seed + 1))
  const stage = makeStage(world, cast, pick)
  const memory = memoryWatch()
  const disturbances = new Map<string, number>()
  for (const workspace of cast.workspaces) await stage.setRegion(workspace, 'a')
  for (const actor of cast.actors) await stage.apply(actor)
  await world.pass(SETTLE_SECONDS / 8)

  const seconds = Math.round(hours * 3600)
  const upstream = upstreamWatch(stage)
  for (let second = 0; second < seconds; second++) {
    const disturbance = weighted(pick)
    const { name } = disturbance
    disturbances.set(name, (disturbances.get(name) ?? 0) + 1)
    await disturbance.act(stage)
    await world.pass(1)
    if (second % CREATE_AGAIN_SECONDS === 0) await stage.createAgain()
    if (second % 600 === 0) memory.note(world.cluster.objects().length)
    if (second % 3600 === 0) onProgress(second / 3600)
  }
  const requests = upstream()
  await comeToRest(stage)
  const stuck = await judge(stage)
  for (const actor of cast.actors) {
    if (pick(MISTAKES_ONE_OF) > 0) continue
    const mistakes = mistakesOf(actor)
    actor.mistake = mistakes[pick(mistakes.length)]
    stage.note(actor, `mistake: ${actor.mistake}`)
    await stage.apply(actor)
  }
  await world.pass(REPAIR_SECONDS)
  stuck.push(...(await judge(stage)))
  const writes = Math.max(...world.cluster.objects().map(({ metadata }) => Number(metadata.resourceVersion)))
  await world.stop()
  return { stuck, disturbances, calls: world.hooks.counts.calls, writes, memory: memory.report(), requests }
}

function weighted(pick: (limit: number) => number): (typeof DISTURBANCES)[number] {
  let left = (pick(1e6) / 1e6) * WEIGHTS
  for (const disturbance of DISTURBANCES) {
    left -= disturbance.weight
    if (left < 0) return disturbance
  }
  throw new Error('weights do not add up')
}

/** Nothing fails any more, everything is wanted again; what failed by chance is asked for once more. */
async function comeToRest(stage: Stage): Promise<void> {
  const { world, cast } = stage
  for (const part of [world.hooks, world.view, world.outside, world.scripts]) part.heal()
  for (const workspace of cast.workspaces) await stage.setRegion(workspace, 'z')
  for (let seconds = 0; seconds < SETTLE_SECONDS; seconds += 60) {
    await world.pass(60)
    await stage.createAgain()
  }
  for (const actor of cast.actors) {
    const object = await world.cluster.get(resourceOfActor(actor), actor)
    const { state } = (object?.status ?? {}) as { state?: string }
    if (state === 'Failed') await request(stage, actor)
  }
  await world.pass(REPAIR_SECONDS)
}
