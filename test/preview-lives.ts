import { argoCdStandIn } from '../lib/cli/argo-cd-stand-in.js'
import { localHooks } from '../lib/cli/local-hooks.js'
import { parseConfig } from '../lib/config.js'
import type { ApiObject } from '../lib/engine/cluster.js'
import type { CallHook } from '../lib/engine/hook.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { virtualTimers } from '../lib/engine/timers.js'
import { createGitHubClient } from '../lib/github/client.js'
import { createPullRequestLister } from '../lib/github/pull-request-lister.js'
import { createRunReader } from '../lib/kubernetes/run-reader.js'
import { observedElements } from '../lib/preview/preview-element.js'
import { secret, startLifeEngine, writesAtRest } from './life-engine.js'
import { type Pull, openPage, pullHistory } from './pull-history.js'
import { seededPick } from './seeded-pick.js'

// Plays histories of pull requests that open, get commits, close and open again, with two replicas that are called in
// turn, by chance, or one alone for a while, each with a list of its own age, or none, or a GitHub that fails it. One
// history for each seed from the first argument to the second; prints what went wrong as JSON, as replica-lives.ts.
const CONFIG = parseConfig({ PREVIEW_SYNC_INTERVAL: '60s' })
const NAME = { name: 'web', namespace: 'team' }
const SET = { name: 'web-preview', namespace: 'team' }
const STEPS = 25
const URL_OF_GITHUB = 'https://github.test'

const service: ApiObject = {
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: NAME,
  spec: {
    workspace: 'staging',
    source: { repoURL: 'https://example.com/x', values: { cluster: 'in-cluster' } },
    previewEnvironment: { enabled: true, gitOwner: 'team', gitRepo: 'app' },
  },
}

/** A copy as it runs, and since when. */
interface Copy {
  readonly sha: string
  readonly madeAt: number
  readonly shaAt: number
}

/** Plays one history; returns what went wrong. */
async function history(seed: number): Promise<string | undefined> {
  const pick = seededPick(seed)
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now })
  const pulls = pullHistory(timers.now)

  const replica = async () => {
    const state = { isDown: false }
    const list = () => {
      let lists = 0
      const client = createGitHubClient({
        fetch: async () => {
          // A hook waits for the first list, and time stands still in it.
          if (lists++ > 0) await new Promise<void>(resolve => timers.after(pick(3) * 400, resolve))
          if (state.isDown) throw new TypeError('fetch failed')
          return openPage(pulls.all())
        },
        now: timers.now,
        apiUrl: URL_OF_GITHUB,
        token: async () => 'token',
      })
      const clock = {
        now: timers.now,
        random: () => pick(100) / 100,
        after: (ms: number, run: () => void) => timers.after(ms, run),
      }
      return createPullRequestLister({ client, intervalSeconds: CONFIG.previewSyncSeconds, clock })
    }
    let lister = list()
    const scanner = { read: () => Promise.reject(new Error('no image is named')), close: () => undefined }
    const pullRequests = {
      read: (...args: Parameters<typeof lister.read>) => lister.read(...args),
      close: () => undefined,
    }
    const call = await localHooks(CONFIG, scanner, timers.now, createRunReader(undefined, timers.now), pullRequests)
    const restart = (): void => {
      lister.close()
      lister = list()
    }
    return { state, call, restart, close: () => lister.close() }
  }
  const replicas = [await replica(), await replica()] as const
  let route: 'in turn' | 'by chance' | 'one alone' = 'in turn'
  let next = 0
  const callHook: CallHook = (...args) => {
    if (route !== 'one alone') next = route === 'in turn' ? 1 - next : pick(2)
    return replicas[next]!.call(...args)
  }

  const copies = new Map<number, Copy>()
  const removedAt = new Map<number, number>()
  const look = async (): Promise<void> => {
    const now = timers.now()
    const elements = observedElements(await cluster.get(RESOURCES.applicationSets, SET))
    for (const [number, { revision }] of elements) {
      const copy = copies.get(number)
      if (copy?.sha === revision) continue
      const since = copy?.shaAt ?? removedAt.get(number) ?? -Infinity
      if (!pulls.was(number, since, pull => pull.isOpen && pull.sha === revision)) {
        engine.fail(`${number} is made of ${revision}, which it was not after ${since}`)
      }
      copies.set(number, { sha: revision, madeAt: copy?.madeAt ?? now, shaAt: now })
    }
    for (const [number, { madeAt }] of copies) {
      if (elements.has(number)) continue
      if (!pulls.was(number, madeAt, ({ isOpen }) => !isOpen)) engine.fail(`${number} is removed while it is open`)
      copies.delete(number)
      removedAt.set(number, now)
    }
  }
  const engine = await startLifeEngine(cluster, timers, callHook, look)
  argoCdStandIn(cluster, timers)

  const any = (isOpen: boolean): Pull | undefined => {
    const found = pulls.all().filter(pull => pull.isOpen === isOpen)
    return found[pick(found.length)]
  }
  const events = [
    () => pulls.open(),
    () => pulls.set(any(true), { isOpen: false }),
    () => pulls.set(any(true), { isOpen: false }),
    () => pulls.set(any(false), { isOpen: true }),
    () => pulls.commit(any(true)),
    () => (route = (['in turn', 'by chance', 'one alone'] as const)[pick(3)]!),
    () => (next = 1 - next),
    () => (replicas[pick(2)]!.state.isDown = pick(3) === 0),
    () => replicas[pick(2)]!.restart(),
  ]
  await cluster.create(RESOURCES.secrets, secret)
  await cluster.create(RESOURCES.services, service)
  await engine.settle()
  for (let step = 0; step < STEPS && engine.fault() === undefined; step++) {
    events[pick(events.length)]!()
    await engine.settle()
    await engine.pass([0, 2, 7, 20, 70, 200][pick(6)]!)
  }
  for (const { state } of replicas) state.isDown = false
  await engine.pass(900)
  const wanted = pulls.all().flatMap(({ number, isOpen, sha }) => (isOpen ? `${number} ${sha}` : []))
  const running = [...copies].map(([number, { sha }]) => `${number} ${sha}`)
  if (running.sort().join() !== wanted.sort().join()) engine.fail(`runs ${running.join()}, not ${wanted.join()}`)
  if (await writesAtRest(cluster, engine)) engine.fail('something is written again and again at rest')
  engine.stop()
  for (const each of replicas) each.close()
  return engine.fault()
}

const [from = 1, to = from] = process.argv.slice(2).map(Number)
const faults: string[] = []
for (let seed = from; seed <= to && faults.length < 5; seed++) {
  const fault = await history(seed)
  if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`)
}
console.log(JSON.stringify(faults))
