import type { ApiObject, Cluster } from '../engine/cluster.js'
import { isApiError } from '../engine/cluster.js'
import { RESOURCES } from '../engine/resources.js'
import type { Timers } from '../engine/timers.js'

/** How long each step of Argo CD takes here, in milliseconds of simulated time. */
const CREATE_MS = 300
const SYNC_MS = 1200
const HEALTHY_MS = 2500
const REMOVE_MS = 1500

const FINALIZER = 'resources-finalizer.argocd.argoproj.io'

interface SetSpec {
  generators: { list: { elements: Record<string, string>[] } }[]
  template: { metadata: { name: string; labels?: Record<string, string>; finalizers?: string[] }; spec: unknown }
}

/** Fills `{{ .name }}` in all strings, as Go's template engine does for a list generator's element. */
export function fillTemplate(template: unknown, element: Readonly<Record<string, string>>): unknown {
  const text = JSON.stringify(template)
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string'
      ? value.replace(/\{\{ \.(\w+) \}\}/g, (_match, key: string) => element[key] ?? '')
      : value,
  )
}

/**
 * Stands in for Argo CD on a cluster in memory: makes the Applications of ApplicationSets, lets them become Synced and
 * Healthy after a while, and removes them with their finalizer. It deploys nothing.
 */
export function argoCdStandIn(cluster: Cluster, timers: Timers): void {
  const due = new Set<string>()
  const later = (key: string, milliseconds: number, act: () => Promise<void>): void => {
    if (due.has(key)) return
    due.add(key)
    timers.after(milliseconds, () => {
      due.delete(key)
      act().catch((thrown: unknown) => {
        if (!isApiError(thrown, 'Conflict') && !isApiError(thrown, 'NotFound')) throw thrown
      })
    })
  }
  cluster.watch(RESOURCES.applicationSets, {
    listed: objects => {
      for (const set of objects) changedSet(set)
    },
    changed: ({ type, object }) => {
      if (type !== 'DELETED') changedSet(object)
    },
  })
  cluster.watch(RESOURCES.applications, {
    listed: objects => {
      for (const application of objects) changedApplication(application)
    },
    changed: ({ type, object }) => {
      if (type !== 'DELETED') changedApplication(object)
    },
  })

  function changedSet(set: ApiObject): void {
    later(`set ${set.metadata.uid ?? ''}`, CREATE_MS, () => makeApplications(cluster, set.metadata))
  }

  function changedApplication(application: ApiObject): void {
    const { metadata } = application
    const key = metadata.uid ?? ''
    if (metadata.deletionTimestamp !== undefined) {
      later(`remove ${key}`, REMOVE_MS, () =>
        change(cluster, metadata, ({ metadata: current }) => delete current.finalizers),
      )
      return
    }
    const { compared, health } = progress(application)
    if (!compared)
      later(`sync ${key}`, SYNC_MS, () => change(cluster, metadata, current => setStatus(current, 'Progressing')))
    else if (health !== 'Healthy')
      later(`health ${key}`, HEALTHY_MS, () => change(cluster, metadata, current => setStatus(current, 'Healthy')))
  }
}

async function makeApplications(cluster: Cluster, { name, namespace = '' }: ApiObject['metadata']): Promise<void> {
  const set = await cluster.get(RESOURCES.applicationSets, { name, namespace })
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return
  const { generators, template } = set.spec as SetSpec
  const owner = { apiVersion: set.apiVersion, kind: set.kind, name, uid: set.metadata.uid ?? '', controller: true }
  const wanted = generators.flatMap(({ list }) =>
    list.elements.map(element => fillTemplate(template, element) as SetSpec['template']),
  )
  for (const { metadata, spec } of wanted) {
    const existing = await cluster.get(RESOURCES.applications, { name: metadata.name, namespace })
    const labels = metadata.labels ?? {}
    if (existing === undefined) {
      const more = { namespace, ownerReferences: [{ ...owner, blockOwnerDeletion: true }], finalizers: [FINALIZER] }
      await cluster.create(RESOURCES.applications, {
        apiVersion: set.apiVersion,
        kind: 'Application',
        metadata: { ...metadata, labels, ...more },
        spec,
      })
    } else if (JSON.stringify([existing.spec, existing.metadata.labels]) !== JSON.stringify([spec, labels])) {
      await cluster.update(RESOURCES.applications, { ...existing, metadata: { ...existing.metadata, labels }, spec })
    }
  }
  const names = new Set(wanted.map(({ metadata }) => metadata.name))
  for (const { metadata } of await cluster.list(RESOURCES.applications, { namespace })) {
    const isOurs = metadata.ownerReferences?.some(({ uid }) => uid === set.metadata.uid) === true
    if (isOurs && !names.has(metadata.name)) await cluster.delete(RESOURCES.applications, metadata)
  }
}

async function change(
  cluster: Cluster,
  name: ApiObject['metadata'],
  edit: (current: ApiObject) => unknown,
): Promise<void> {
  const current = await cluster.get(RESOURCES.applications, name)
  if (current === undefined) return
  edit(current)
  await cluster.update(RESOURCES.applications, current)
}

interface Status {
  health?: { status: string }
  sync?: { status: string; comparedTo: unknown }
}

function progress({ spec, status }: ApiObject): { compared: boolean; health: string | undefined } {
  const { health, sync } = (status ?? {}) as Status
  return { compared: JSON.stringify(sync?.comparedTo) === JSON.stringify(comparedTo(spec)), health: health?.status }
}

function setStatus(application: ApiObject, health: string): void {
  application.status = {
    health: { status: health },
    sync: { status: 'Synced', comparedTo: comparedTo(application.spec) },
  } satisfies Status
}

function comparedTo(spec: unknown): unknown {
  const { source, destination } = spec as Record<string, unknown>
  return { source, destination }
}
