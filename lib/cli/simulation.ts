import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Config } from '../config.js'
import type { ApiObject } from '../engine/cluster.js'
import { startEngine } from '../engine/engine.js'
import { type MemoryCluster, memoryCluster } from '../engine/memory-cluster.js'
import { resourceOf } from '../engine/resources.js'
import { type VirtualTimers, virtualTimers } from '../engine/timers.js'
import type { KubernetesObject } from '../metacontroller.js'
import { API_VERSION, LABEL } from '../names.js'
import { createRegistryClient } from '../registry/client.js'
import { createScanner } from '../registry/scanner.js'
import { argoCdStandIn } from './argo-cd-stand-in.js'
import type { Repositories } from './tags-page.js'
import { type ScriptRun, jobStandIn, runReaderOf } from './job-stand-in.js'
import { localHooks } from './local-hooks.js'
import { type OpenPulls, pullRequestStandIn } from './pull-requests-stand-in.js'
import { registryFetch } from './registry-stand-in.js'

/** Where the simulated time begins: always the same, so that the same manifests give the same story. */
const START = Date.UTC(2026, 0, 1)

const CONTROLLERS = ['services', 'terraforms'].map(
  kind => new URL(`../../../metacontroller/${kind}.yaml`, import.meta.url),
)

const OUTPUTS = {
  externalresources: [
    { Service: 'RDS', Resource: { DBInstanceIdentifier: 'mydbinstance', DBInstanceStatus: 'available' } },
  ],
}

/** What the scripts of an infrastructure image do here: all goes well after a while. */
function playScript({ metadata }: ApiObject): ScriptRun {
  const isReport = metadata.labels?.[LABEL.step] === 'postdeploy'
  return isReport
    ? { milliseconds: 1000, exitCode: 0, log: JSON.stringify({ outputs: OUTPUTS }) }
    : { milliseconds: 2500, exitCode: 0, log: 'Apply complete!' }
}

/** A cluster in memory with the engine, our hooks and stand-ins for the registry and Argo CD. */
export interface Simulation {
  readonly cluster: MemoryCluster
  readonly repositories: Repositories
  readonly pulls: OpenPulls
  /** Simulated seconds since the start. */
  seconds(): number
  /** Creates the objects, or changes those that exist; `unknownKind` tells which are not for it. */
  apply(objects: readonly KubernetesObject[]): Promise<void>
  /** Moves to the next thing that happens within `seconds`, and lets everything follow it; false when nothing does. */
  step(seconds: number): Promise<boolean>
  stop(): void
}

/** Starts a simulation with images in the stand-in registry. */
export async function startSimulation(
  config: Config,
  repositories: Repositories,
  pulls: OpenPulls = new Map(),
): Promise<Simulation> {
  const timers = virtualTimers(START)
  const cluster = memoryCluster({ now: timers.now })
  const fetch = registryFetch(repositories)
  const client = createRegistryClient({ fetch, now: timers.now, credentials: async () => undefined })
  // No jitter: the same story at every run.
  const scanner = createScanner({
    client,
    clock: { now: timers.now, random: () => 0.5, after: (ms, run) => timers.after(ms, run) },
  })
  const engine = await startEngine({
    cluster,
    controllers: CONTROLLERS.map(file => parse(readFileSync(file, 'utf8')) as unknown),
    callHook: await localHooks(
      config,
      scanner,
      timers.now,
      runReaderOf(cluster, playScript),
      pullRequestStandIn(pulls),
    ),
    timers,
    workers: 0,
  })
  argoCdStandIn(cluster, timers)
  jobStandIn(cluster, timers, playScript)
  const settle = async (): Promise<void> => {
    do await quiet()
    while (await engine.syncNext())
  }
  return {
    cluster,
    repositories,
    pulls,
    seconds: () => (timers.now() - START) / 1000,
    apply: objects => applyAll(cluster, objects),
    step: async seconds => {
      await settle()
      const hasMoved = moveOn(timers, seconds)
      await settle()
      return hasMoved
    },
    stop: () => {
      engine.stop()
      scanner.close()
    },
  }
}

function moveOn(timers: VirtualTimers, seconds: number): boolean {
  const end = timers.now() + seconds * 1000
  if (timers.next(seconds * 1000)) return true
  timers.advance(end - timers.now())
  return false
}

/** Lets everything that goes on without time come to its end: events, answers of the stand-in registry. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** Says that the simulated cluster does not have the kind of an object, if so. */
export function unknownKind(object: KubernetesObject): string | undefined {
  return resourceOf(object) === undefined ? 'the simulated cluster has no such kind; leave it out' : undefined
}

async function applyAll(cluster: MemoryCluster, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    const resource = resourceOf(object)
    if (resource === undefined) throw new Error(`${object.kind} is no kind of the simulated cluster`)
    const given = structuredClone(object) as unknown as ApiObject // owner references of files are not read
    const existing = await cluster.get(resource, given.metadata)
    if (existing === undefined) await cluster.create(resource, given)
    else
      await cluster.update(resource, { ...existing, ...given, metadata: { ...existing.metadata, ...given.metadata } })
  }
}

/** Our own resources, in order of kind and name. */
export function ourResources(cluster: MemoryCluster): ApiObject[] {
  return cluster
    .objects()
    .filter(({ apiVersion }) => apiVersion === API_VERSION)
    .sort((a, b) => (`${a.kind} ${a.metadata.name}` < `${b.kind} ${b.metadata.name}` ? -1 : 1))
}
