import { argoCdStandIn } from '../lib/cli/argo-cd-stand-in.js'
import { jobStandIn, runReaderOf } from '../lib/cli/job-stand-in.js'
import { localHooks } from '../lib/cli/local-hooks.js'
import { registryFetch } from '../lib/cli/registry-stand-in.js'
import { parseConfig } from '../lib/config.js'
import type { ApiObject } from '../lib/engine/cluster.js'
import type { CallHook } from '../lib/engine/hook.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { virtualTimers } from '../lib/engine/timers.js'
import { createRegistryClient } from '../lib/registry/client.js'
import { compareTags, parseTag } from '../lib/registry/tag.js'
import { createScanner } from '../lib/registry/scanner.js'
import { secret, startLifeEngine, writesAtRest } from './life-engine.js'
import { NAME, service, terraform } from './replica-resources.js'
import { seededPick } from './seeded-pick.js'

// Plays histories of a Service and a Terraform whose hooks are two replicas that are called in turn: each has a cache of
// its own (cold, older, newer, of a registry that fails it or shows it an older list) and a clock that is up to an hour
// off. One history for each seed from the first argument to the second; prints what went wrong as JSON. A program of
// its own for the sake of speed, as terraform-lives.ts.
const HOUR = 3_600_000
const INTERVAL_SECONDS = 60
const CONFIG = parseConfig({ APP_SYNC_INTERVAL: '60s', INFRA_SYNC_INTERVAL: '60s' })

/** Plays one history; returns what went wrong. */
async function history(seed: number): Promise<string | undefined> {
  const pick = seededPick(seed)
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now })
  // A registry whose lists lag behind for one replica is not asked to forget tags too: nobody could tell the two apart.
  const lags = seed % 3 === 0
  let tags = ['1.0.0', '1.1.0']
  const past: { at: number; tags: string[] }[] = [{ at: -Infinity, tags }]
  let changes = 0
  const setTags = (next: string[]): void => {
    tags = next
    changes++
    past.push({ at: timers.now(), tags })
  }

  let destroys = 0
  const script = ({ metadata }: ApiObject) => {
    const isDestroy = metadata.labels?.['alustan.io/step'] === 'destroy'
    return { milliseconds: 3000, exitCode: isDestroy && destroys < 2 ? 1 : 0, log: '' }
  }

  const replica = async (skew: number) => {
    const state = { isDown: false, lagMs: 0 }
    const fetchTags: typeof fetch = async input => {
      if (state.isDown) throw new TypeError('fetch failed')
      const seen = past.findLast(({ at }) => at <= timers.now() - state.lagMs)?.tags ?? []
      return registryFetch(new Map([['team/app', seen]]))(input)
    }
    const makeScanner = () =>
      createScanner({
        client: createRegistryClient({ fetch: fetchTags, now: timers.now, credentials: async () => undefined }),
        clock: { now: timers.now, random: () => pick(100) / 100, after: (ms, run) => timers.after(ms, run) },
      })
    let scanner = makeScanner()
    const call = await localHooks(
      CONFIG,
      { read: (...args) => scanner.read(...args), close: () => undefined },
      () => timers.now() + skew,
      runReaderOf(cluster, script),
    )
    const restart = (): void => {
      scanner.close()
      scanner = makeScanner()
    }
    return { state, call, restart, close: () => scanner.close() }
  }
  const replicas = [await replica(pick(3) * HOUR - HOUR), await replica(pick(3) * HOUR - HOUR)] as const
  const isStrict = pick(2) === 0
  let calls = 0
  const callHook: CallHook = (...args) => replicas[isStrict ? calls++ % 2 : pick(2)]!.call(...args)

  argoCdStandIn(cluster, timers)
  jobStandIn(cluster, timers, script)

  const runs = { Service: [] as string[], Terraform: [] as string[] }
  const sawTerraform = new Set<string>()
  const watchImages = async (): Promise<void> => {
    const set = await cluster.get(RESOURCES.applicationSets, NAME)
    note(runs.Service, set?.metadata.annotations?.['alustan.io/image'])
    for (const job of await cluster.list(RESOURCES.jobs)) {
      const { uid = '', labels, annotations } = job.metadata
      if (sawTerraform.has(uid)) continue
      sawTerraform.add(uid)
      if (labels?.['alustan.io/step'] === 'deploy') note(runs.Terraform, annotations?.['alustan.io/image'])
      else destroys++
    }
  }
  const engine = await startLifeEngine(cluster, timers, callHook, watchImages)
  const { settle, pass, fail } = engine

  let range = '>=1.0.0'
  const deleted: string[] = []
  const versions = ['1.2.0', '1.3.0', '2.0.0', '2.1.0']
  const edit = async (next: string): Promise<void> => {
    range = next
    changes++
    for (const [resource, wanted] of [
      [RESOURCES.services, service(range)],
      [RESOURCES.terraforms, terraform(range)],
    ] as const) {
      const object = await cluster.get(resource, NAME)
      if (object !== undefined) await cluster.update(resource, { ...object, spec: wanted.spec })
    }
  }
  const events: (() => unknown)[] = [
    () => versions.length > 0 && setTags([...tags, versions.shift()!]),
    () => {
      if (lags || tags.length < 2 || highest(tags, range) === undefined) return
      const gone = pick(2) === 0 ? highest(tags, range)! : tags[pick(tags.length)]!
      deleted.push(gone)
      setTags(tags.filter(tag => tag !== gone))
    },
    () => {
      const back = deleted[pick(deleted.length + 1)]
      if (back !== undefined && !tags.includes(back)) setTags([...tags, back])
    },
    () => edit(['>=1.0.0', '~1.1', '*', '<2'][pick(4)]!),
    () => (replicas[pick(2)]!.state.isDown = pick(2) === 0),
    () => (replicas[pick(2)]!.state.lagMs = lags ? pick(3) * 90_000 : 0),
    () => replicas[pick(2)]!.restart(),
  ]

  await cluster.create(RESOURCES.secrets, secret)
  await cluster.create(RESOURCES.services, service(range))
  await cluster.create(RESOURCES.terraforms, terraform(range))
  await settle()
  for (let step = 0; step < 10 && engine.fault() === undefined; step++) {
    const before = { Service: runs.Service.length, Terraform: runs.Terraform.length, changes }
    await events[pick(events.length)]!()
    await settle()
    await pass([2, 20, 70, 200][pick(4)]!)
    for (const kind of ['Service', 'Terraform'] as const) {
      const since = runs[kind].slice(Math.max(0, before[kind] - 1))
      // What changed just before may be followed by what changed now: two moves, not back and forth.
      if (!lags && changes === before.changes && new Set(since).size < since.length)
        fail(`${kind} went back and forth: ${since.join(' → ')}`)
    }
  }
  for (const { state } of replicas) Object.assign(state, { isDown: false, lagMs: 0 })
  // Longer where a tag came back: it has to be missed by ever more scans.
  await pass(INTERVAL_SECONDS * 8 + 30 * 4 ** mostTimes(deleted))
  const best = highest(tags, range)
  for (const [kind, images] of Object.entries(runs)) {
    const running = images.at(-1)
    if (best !== undefined && running !== `team/app:${best}`) {
      fail(`${kind} runs ${running}, not ${best}; ${images.join(' → ')}`)
    }
    if (images.length > 2 + 2 * changes) fail(`${kind} changed ${images.length} times: ${images.join(' → ')}`)
  }
  if (await writesAtRest(cluster, engine)) fail('something is written again and again at rest')

  for (const resource of [RESOURCES.services, RESOURCES.terraforms]) await cluster.delete(resource, NAME)
  await settle()
  const ours = () => cluster.objects().filter(({ apiVersion }) => apiVersion === 'alustan.io/v1alpha1')
  for (let minute = 0; minute < 180 && ours().length > 0; minute++) await pass(60)
  const left = ours()
  if (left.length > 0) fail(`${left[0]!.kind} is never gone: ${JSON.stringify(left[0]!.status)}`)
  engine.stop()
  for (const each of replicas) each.close()
  return engine.fault()
}

/** How often the one was taken away that was most often. */
function mostTimes(deleted: readonly string[]): number {
  return Math.max(0, ...deleted.map(tag => deleted.filter(other => other === tag).length))
}

function note(images: string[], image: string | undefined): void {
  if (image !== undefined && images.at(-1) !== image) images.push(image)
}

function highest(tags: readonly string[], range: string): string | undefined {
  const allowed = tags.filter(tag =>
    range === '~1.1' ? tag.startsWith('1.1.') : range === '<2' ? tag.startsWith('1.') : true,
  )
  return allowed.sort((a, b) => compareTags(parseTag(a)!, parseTag(b)!)).at(-1)
}

const [from = 1, to = from] = process.argv.slice(2).map(Number)
const faults: string[] = []
for (let seed = from; seed <= to && faults.length < 5; seed++) {
  const fault = await history(seed)
  if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`)
}
console.log(JSON.stringify(faults))
