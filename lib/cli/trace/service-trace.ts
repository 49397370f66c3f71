import type { ApiObject } from '../../engine/cluster.js'
import { LABEL } from '../../names.js'
import { Application } from '../../service/application.js'
import { applicationSetConditions } from '../../service/observed.js'
import { fillPlaceholders } from '../../service/placeholders.js'
import { isReserved } from '../../service/workspace.js'
import { dependenciesNode } from './dependencies.js'
import { LOCAL_CLUSTER, type ServiceFacts } from './gather-service.js'
import { nodesOf } from './look.js'
import { podNode, podTrouble } from './pods.js'
import { missingPreviews, previewNotes, previewsNode } from './previews.js'
import { Standing, conditionMessage, ownReason } from './standing.js'
import type { Trace, TraceNode } from './trace-node.js'

const MAX_KEYS = 30

/** The way from a Service to its pods, and what it waits for. */
export function serviceTrace(facts: ServiceFacts): Omit<Trace, 'requests'> {
  const { service, sets } = facts
  const standing = Standing.parse(service.status ?? {})
  const { name, namespace = '' } = service.metadata
  const setNodes = nodesOf(sets, 'ApplicationSets', set => setNode(set, facts, standing))
  const isNone = sets.value?.length === 0
  const tree: TraceNode = {
    title: `Service/${name}`,
    state: standing.state ?? 'has no status yet',
    notes: [`namespace ${namespace}`],
    children: [
      workspaceNode(facts),
      ...imageNode(standing),
      ...dependenciesNode(facts.dependencies),
      ...(isNone ? [{ title: `ApplicationSet/${name}`, state: 'does not exist yet' }] : setNodes),
      ...previewsNode(standing, new Set(facts.applications.value?.map(({ metadata }) => metadata.name))),
    ],
  }
  return { tree, next: nextSentence(facts, standing) }
}

function workspaceNode({ service, secrets }: ServiceFacts): TraceNode {
  const { workspace = '', source } = service.spec as { workspace?: string; source?: unknown }
  const children = nodesOf(secrets, 'Secret', ({ metadata }) => {
    const keys = Object.keys(metadata.annotations ?? {}).filter(key => !isReserved(key))
    const missing = missingKeys(source, keys)
    const shown = keys.slice(0, MAX_KEYS).sort().join(', ')
    const more = keys.length > MAX_KEYS ? ` and ${keys.length - MAX_KEYS} more` : ''
    return {
      title: `Secret/${metadata.name}`,
      notes: [
        `namespace ${metadata.namespace ?? ''}`,
        keys.length === 0 ? 'has no keys' : `keys: ${shown}${more}`,
        ...(missing.length === 0 ? [] : [`missing: ${missing.join(', ')}`]),
      ],
    }
  })
  const count = secrets.value?.length
  const state = count === 0 ? 'has no Secret' : (count ?? 1) > 1 ? `has ${String(count)} Secrets` : undefined
  return { title: `workspace '${workspace}'`, ...(state !== undefined && { state }), children }
}

/** Names that the source uses without a default and that the Secret lacks. */
function missingKeys(source: unknown, keys: readonly string[]): readonly string[] {
  try {
    return fillPlaceholders(source, name => (keys.includes(name) ? '' : undefined)).missing
  } catch {
    return [] // a placeholder without an end: the status says so
  }
}

function imageNode(standing: Standing): TraceNode[] {
  const why = conditionMessage(standing, 'ImageResolved')
  const registry = standing.conditions.find(({ type, status }) => type === 'RegistryReachable' && status === 'False')
  if (standing.image === undefined && why === undefined) return []
  const notes = [why, registry?.message].filter(note => note !== undefined)
  return [{ title: `image ${standing.image ?? 'not chosen yet'}`, notes }]
}

function setNode(set: ApiObject, facts: ServiceFacts, standing: Standing): TraceNode {
  const { name, uid } = set.metadata
  const fault = applicationSetConditions(set).find(({ type, status }) => type === 'ErrorOccurred' && status === 'True')
  const { applications } = facts
  const own = (applications.value ?? []).filter(
    ({ metadata }) => metadata.ownerReferences?.some(owner => owner.uid === uid) === true,
  )
  const looked = applications.failure === undefined ? { value: own } : applications
  return {
    title: `ApplicationSet/${name}`,
    ...(fault !== undefined && { state: 'refused', notes: [fault.message] }),
    children: nodesOf(looked, 'Applications', application => applicationNode(application, facts, standing)),
  }
}

function applicationNode(object: ApiObject, { pods }: ServiceFacts, standing: Standing): TraceNode {
  const { status, spec } = Application.parse(object)
  const { metadata } = object
  const { name: cluster = '', namespace = '' } = spec?.destination ?? {}
  const sync = status?.sync?.status ?? 'Unknown'
  const health = status?.health?.status ?? 'Unknown'
  const preview = metadata.labels?.[LABEL.preview]
  const seen = pods.get(metadata.name)
  const isWell = sync === 'Synced' && health === 'Healthy'
  const trouble = [...(status?.conditions ?? []).map(({ message }) => message), status?.health?.message ?? '']
  return {
    title: `Application/${metadata.name}`,
    state: metadata.deletionTimestamp === undefined ? `${sync} ${health}` : 'is being deleted',
    notes: [
      ...(preview === undefined ? [] : [`pull request #${preview}`]),
      `namespace ${namespace}`,
      ...(cluster === LOCAL_CLUSTER ? [] : [`cluster ${cluster}, whose pods are not seen from here`]),
      ...previewNotes(standing, preview),
      ...(isWell ? [] : trouble.filter(text => text !== '').slice(0, 2)),
    ],
    ...(seen !== undefined && { children: nodesOf(seen, 'pods', podNode) }),
  }
}

function nextSentence({ service, pods }: ServiceFacts, standing: Standing): string {
  const own = ownReason(service, standing)
  if (own !== undefined) return own
  const all = [...pods.values()].flatMap(({ value }) => value ?? [])
  const trouble = podTrouble(all)
  if (standing.state === 'Completed') {
    const missing = missingPreviews(standing, trouble)
    return missing === undefined ? 'Waits for nothing: it runs as asked.' : `Runs as asked, but ${missing}.`
  }
  return trouble === undefined ? `Waits for this: ${standing.message}.` : `Waits for ${trouble}.`
}
