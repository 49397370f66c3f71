import type { z } from 'zod'
import { dynamicApply, serverSideApply, type ApplyStrategy } from './apply-child.js'
import { authorizationHeader } from './authorization.js'
import { objectKey, type Cluster, type Resource } from './cluster.js'
import { parseController, type CompositeController, type Webhook } from './composite-controller.js'
import { customize, nothingRelated } from './customize.js'
import { hook, type CallHook } from './hook.js'
import { CompositeAnswer, CustomizeAnswer } from './hook-answers.js'
import { informers, type Informers } from './informer.js'
import {
  relatedWatcher,
  syncNext,
  watchParentsAndChildren,
  type ParentController,
  type SyncFailure,
} from './parent-controller.js'
import { realTimers, type Timers } from './timers.js'
import { workQueue } from './work-queue.js'

export interface EngineOptions {
  cluster: Cluster
  /** CompositeController manifests, parsed from YAML. */
  controllers: readonly unknown[]
  callHook: CallHook
  timers?: Timers
  /** How many parents of a controller are reconciled at a time; 0: only by `syncNext`. */
  workers?: number
  applyStrategy?: ApplyStrategy
  fieldManager?: string
  /** Told of each failed round: Metacontroller writes an Event. */
  onFailure?: (failure: SyncFailure) => void
}

/** A running engine. */
export interface Engine {
  /** Reconciles one parent that waits; false when none does. For `workers: 0`. */
  syncNext(): Promise<boolean>
  /** Whether nothing waits and nothing is under way; what waits for a time does not count. */
  isIdle(): boolean
  /** Ends watches and timers; what is under way runs on to its end. */
  stop(): void
}

const DEFAULT_RESYNC_SECONDS = 1800

/**
 * Runs CompositeControllers on a cluster as Metacontroller would (hook version v2, generated selectors, no rolling
 * updates). Development tooling: where it differs from Metacontroller, Metacontroller is right. Throws `InvalidInput`
 * on a manifest it cannot do and an error on a kind that the cluster does not know.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { timers = realTimers, workers = 5 } = options
  const controllers: ParentController[] = []
  const shared = informers(options.cluster, () => {
    for (const { wake } of controllers) wake()
  })
  for (const manifest of options.controllers.map(parseController)) {
    const controller = await parentController(manifest, { ...options, timers, shared, workers })
    controllers.push(controller)
    watchParentsAndChildren(controller)
    const { queue, parents } = controller
    const seconds = Math.max(manifest.spec.resyncPeriodSeconds ?? DEFAULT_RESYNC_SECONDS, 1)
    queue.addEvery(seconds * 1000, () => parents.list().map(({ metadata }) => objectKey(metadata)))
  }
  return {
    async syncNext() {
      for (const controller of controllers) if (await syncNext(controller)) return true
      return false
    },
    isIdle: () => controllers.every(({ queue }) => queue.isIdle()),
    stop() {
      shared.stop()
      for (const { queue } of controllers) queue.stop()
    },
  }
}

interface Assembly extends EngineOptions {
  timers: Timers
  shared: Informers
  workers: number
}

async function parentController(manifest: CompositeController, assembly: Assembly): Promise<ParentController> {
  const {
    cluster,
    callHook,
    timers,
    shared,
    workers,
    applyStrategy = 'dynamic-apply',
    onFailure = () => undefined,
  } = assembly
  const { parentResource: parentRule, childResources, hooks } = manifest.spec
  const parentResource = await known(cluster, parentRule)
  const kinds = await Promise.all(
    childResources.map(async rule => ({
      resource: await known(cluster, rule),
      method: rule.updateStrategy?.method ?? 'OnDelete',
    })),
  )
  const { name } = manifest.metadata
  const sent = asSent(manifest)
  const made = async <Schema extends z.ZodType>({ webhook }: { webhook: Webhook }, schema: Schema) =>
    hook(webhook, schema, { callHook, timers, authorization: await authorizationHeader(cluster, webhook) })
  const parents = shared.of(parentResource)
  const controller: ParentController = {
    name,
    cluster,
    controller: sent,
    parentResource,
    kinds,
    parents,
    childInformers: kinds.map(({ resource }) => shared.of(resource)),
    relatedInformer: resource => {
      const informer = shared.of(resource)
      watchRelated(informer)
      return informer
    },
    customize:
      hooks.customize === undefined
        ? nothingRelated
        : customize({ ask: await made(hooks.customize, CustomizeAnswer), controller: sent, parents, timers }),
    sync: await made(hooks.sync, CompositeAnswer),
    finalize: hooks.finalize && (await made(hooks.finalize, CompositeAnswer)),
    finalizer: `metacontroller.io/compositecontroller-${name}`,
    apply:
      applyStrategy === 'dynamic-apply'
        ? dynamicApply(cluster)
        : serverSideApply(cluster, assembly.fieldManager ?? 'metacontroller'),
    queue: workQueue(timers, () => {
      controller.wake()
    }),
    resyncAfter: (parent, seconds) => {
      controller.queue.addAfter(objectKey(parent.metadata), seconds * 1000)
    },
    failed: onFailure,
    wake: workers === 0 ? () => undefined : worker(() => controller, workers),
  }
  const watchRelated = relatedWatcher(controller)
  return controller
}

/** The controller as hooks are sent it: with the fields that Go writes though they are empty. */
function asSent(manifest: CompositeController): unknown {
  const childResources = manifest.spec.childResources.map(({ updateStrategy, ...rule }) => ({
    ...rule,
    ...(updateStrategy && { updateStrategy: { ...updateStrategy, statusChecks: {} } }),
  }))
  return { ...manifest, spec: { ...manifest.spec, childResources }, status: {} }
}

async function known(cluster: Cluster, rule: { apiVersion: string; resource: string }): Promise<Resource> {
  const resource = await cluster.findResource({ apiVersion: rule.apiVersion, resource: rule.resource })
  if (resource !== undefined) return resource
  throw new Error(`discovery: no resource ${rule.resource} in ${rule.apiVersion}; install its CustomResourceDefinition`)
}

/** Starts a worker when there is work and one is free; it ends when there is none left. */
function worker(controller: () => ParentController, workers: number): () => void {
  let active = 0
  const work = async (): Promise<void> => {
    active++
    // Not within the informer's own call, which is where the work came from.
    await Promise.resolve()
    while (await syncNext(controller()));
    active--
  }
  return () => {
    if (active < workers) void work()
  }
}
