import type { ApiObject, Cluster, Resource } from '../lib/engine/cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'

/**
 * A story that is played on a real cluster under Metacontroller (`test/e2e/record.ts`) and on the engine in memory
 * (`test/engine-recorded.test.ts`): both have to send the same hook requests.
 */
const GROUP = 'record.alustan.io/v1'
const NAMESPACE = 'record-story'
const OTHER = 'record-other'
export const NAMESPACES = [NAMESPACE, OTHER]

export const STORIES: Resource = {
  apiVersion: GROUP,
  resource: 'stories',
  kind: 'Story',
  namespaced: true,
  hasStatus: true,
}
export const NOTES: Resource = { ...STORIES, resource: 'notes', kind: 'Note' }

/** The CompositeController whose hooks are at a URL. */
export function controller(url: string): ApiObject {
  const hook = (name: string): object => ({ version: 'v2', webhook: { url: `${url}/${name}`, timeout: '10s' } })
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'CompositeController',
    metadata: { name: 'record-stories', labels: { record: 'yes' } },
    spec: {
      generateSelector: true,
      resyncPeriodSeconds: 3600,
      parentResource: { apiVersion: GROUP, resource: 'stories' },
      childResources: [
        { apiVersion: 'v1', resource: 'configmaps', updateStrategy: { method: 'InPlace' } },
        { apiVersion: GROUP, resource: 'notes', updateStrategy: { method: 'OnDelete' } },
      ],
      hooks: { sync: hook('sync'), finalize: hook('finalize'), customize: hook('customize') },
    },
  }
}

export interface Request {
  controller: unknown
  parent: ApiObject & { spec: { text: string; extra?: string; hold?: boolean } }
  children: Record<string, Record<string, ApiObject>>
  related: Record<string, Record<string, ApiObject>>
}

/** What the scripted hook answers: a function of the request alone. */
export function answer(hook: string, { parent, children, related }: Request): object {
  const { name } = parent.metadata
  const { text, extra, hold = false } = parent.spec
  if (hook === 'customize') {
    return {
      relatedResources: [
        { apiVersion: 'v1', resource: 'secrets', namespace: OTHER, labelSelector: { matchLabels: { for: name } } },
        { apiVersion: 'v1', resource: 'configmaps', namespace: NAMESPACE, names: [`${name}-shared`] },
      ],
    }
  }
  const count = (kind: string): number => Object.keys(related[kind] ?? {}).length
  const status = { text, secrets: count('Secret.v1'), shared: count('ConfigMap.v1') }
  const wanted = [
    configMap(`${name}-text`, { text }),
    note(`${name}-note`, { text }, hold && hook === 'sync' ? ['record.alustan.io/hold'] : []),
    ...(extra === undefined ? [] : [configMap(extra, { text })]),
  ]
  if (hook === 'sync') return { status, children: wanted, resyncAfterSeconds: 0 }
  const destroy = children[`Note.${GROUP}`]?.[`${NAMESPACE}/${name}-destroy`]
  return {
    status: { ...status, text: 'destroying' },
    children: [...wanted.slice(0, 2), note(`${name}-destroy`, { text }, [])],
    resyncAfterSeconds: 0,
    finalized: destroy?.status !== undefined,
  }
}

function configMap(name: string, data: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }
}

function note(name: string, spec: object, finalizers: string[]): object {
  return { apiVersion: GROUP, kind: 'Note', metadata: { name, ...(finalizers.length > 0 && { finalizers }) }, spec }
}

function story(name: string, spec: object): ApiObject {
  return { apiVersion: GROUP, kind: 'Story', metadata: { name, namespace: NAMESPACE }, spec }
}

const inNamespace = (object: object): ApiObject => {
  const { metadata, ...rest } = object as ApiObject
  return { ...rest, metadata: { ...metadata, namespace: NAMESPACE } }
}

async function edit(
  cluster: Cluster,
  resource: Resource,
  name: string,
  change: (object: ApiObject) => void,
): Promise<void> {
  const namespace = resource === RESOURCES.secrets ? OTHER : NAMESPACE
  const object = (await cluster.get(resource, { name, namespace }))!
  change(object)
  await cluster.update(resource, object)
}

async function finish(cluster: Cluster, name: string): Promise<void> {
  const object = (await cluster.get(NOTES, { name, namespace: NAMESPACE }))!
  await cluster.updateStatus(NOTES, { ...object, status: { done: true } })
}

/** What happens, one thing at a time; after each the engine is given the time to come to rest. */
export const STEPS: [name: string, act: (cluster: Cluster) => Promise<unknown>][] = [
  [
    'a parent is created',
    async cluster => {
      const metadata = { name: 'credentials', namespace: OTHER, labels: { for: 'one' } }
      await cluster.create(RESOURCES.secrets, { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque' })
      await cluster.create(STORIES, story('one', { text: 'a <b> & "c"' }))
    },
  ],
  ['its spec is edited', cluster => edit(cluster, STORIES, 'one', ({ spec }) => Object.assign(spec!, { text: 'b' }))],
  [
    'a related Secret is annotated',
    cluster =>
      edit(cluster, RESOURCES.secrets, 'credentials', ({ metadata }) => (metadata.annotations = { key: 'value' })),
  ],
  [
    'a related ConfigMap that is named appears',
    cluster => cluster.create(RESOURCES.configMaps, inNamespace(configMap('one-shared', { shared: 'yes' }))),
  ],
  [
    'a ConfigMap that nobody asked for appears',
    cluster => cluster.create(RESOURCES.configMaps, inNamespace(configMap('taken', { mine: 'yes' }))),
  ],
  [
    'a child is edited by hand',
    cluster =>
      edit(cluster, RESOURCES.configMaps, 'one-text', object => (object.data = { text: 'edited', more: 'kept' })),
  ],
  [
    'a child is deleted by hand',
    cluster => cluster.delete(RESOURCES.configMaps, { name: 'one-text', namespace: NAMESPACE }),
  ],
  [
    'a label of the parent changes',
    cluster => edit(cluster, STORIES, 'one', ({ metadata }) => (metadata.labels = { a: 'b' })),
  ],
  [
    'a child whose name is taken is wanted',
    cluster => edit(cluster, STORIES, 'one', ({ spec }) => Object.assign(spec!, { extra: 'taken' })),
  ],
  ['that child is wanted no more', cluster => edit(cluster, STORIES, 'one', object => (object.spec = { text: 'b' }))],
  [
    'the parent is deleted in the background',
    cluster => cluster.delete(STORIES, { name: 'one', namespace: NAMESPACE }, { propagation: 'Background' }),
  ],
  ['its destroy child is done', cluster => finish(cluster, 'one-destroy')],
  [
    'a parent with a child that resists is created',
    cluster => cluster.create(STORIES, story('two', { text: 'a', hold: true })),
  ],
  [
    'the parent is deleted in the foreground',
    cluster => cluster.delete(STORIES, { name: 'two', namespace: NAMESPACE }, { propagation: 'Foreground' }),
  ],
  [
    'the child that resists goes',
    cluster => edit(cluster, NOTES, 'two-note', ({ metadata }) => (metadata.finalizers = [])),
  ],
  ['the destroy child is done', cluster => finish(cluster, 'two-destroy')],
]
