import { z } from 'zod'
import { type ApiClient, METADATA_ONLY, pathOf } from '../../engine/api-request.js'
import type { ApiObject } from '../../engine/cluster.js'
import { RESOURCES } from '../../engine/resources.js'
import type { Attempt } from '../../errors.js'
import { LABEL } from '../../names.js'
import { Application } from '../../service/application.js'
import { type SeenDependency, gatherDependencies } from './dependencies.js'
import { look } from './look.js'
import { type SeenPod, seePod } from './pods.js'

/** What a cluster tells of a Service. */
export interface ServiceFacts {
  readonly service: ApiObject
  /** Secrets of its workspace, without their values. */
  readonly secrets: Attempt<readonly ApiObject[]>
  readonly sets: Attempt<readonly ApiObject[]>
  readonly applications: Attempt<readonly ApiObject[]>
  readonly dependencies: readonly SeenDependency[]
  /** Pods of the main Application and of the first few that are not well, by Application. */
  readonly pods: ReadonlyMap<string, Attempt<readonly SeenPod[]>>
}

/** Namespaces whose pods are listed at most: with the other requests that makes ten at most. */
const MAX_POD_LISTS = 3
/** Argo CD's name of the cluster that it runs in, the only one whose pods can be listed here. */
export const LOCAL_CLUSTER = 'in-cluster'

const Spec = z.looseObject({ workspace: z.string().catch('') }).catch({ workspace: '' })

const Resources = z.looseObject({
  resources: z
    .array(z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().default('') }))
    .default([])
    .catch([]),
})

/** Asks for all that belongs to a Service: ten requests at most, however many previews it has. */
export async function gatherService(
  client: ApiClient,
  service: ApiObject,
  secretsNamespace: string,
): Promise<ServiceFacts> {
  const { name, namespace = '' } = service.metadata
  const labelSelector = `${LABEL.service}=${name}`
  const { workspace } = Spec.parse(service.spec)
  const [secrets, sets, applications, dependencies] = await Promise.all([
    look(client, pathOf(RESOURCES.secrets, { namespace: secretsNamespace }), {
      accept: METADATA_ONLY,
      query: { labelSelector: `${LABEL.secretType}=cluster,${LABEL.environment}=${workspace}` },
    }),
    look(client, pathOf(RESOURCES.applicationSets, { namespace }), { query: { labelSelector } }),
    look(client, pathOf(RESOURCES.applications, { namespace }), { query: { labelSelector } }),
    gatherDependencies(client, service),
  ])
  const pods = await gatherPods(client, applications.value ?? [])
  return { service, secrets, sets, applications, dependencies, pods }
}

async function gatherPods(client: ApiClient, applications: readonly ApiObject[]): Promise<ServiceFacts['pods']> {
  const local = applications.filter(object => Application.parse(object).spec?.destination?.name === LOCAL_CLUSTER)
  const isPreview = (object: ApiObject) => object.metadata.labels?.[LABEL.preview] !== undefined
  const main = local.filter(object => !isPreview(object))
  const ill = local.filter(
    object => isPreview(object) && Application.parse(object).status?.health?.status !== 'Healthy',
  )
  const wanted = [...main, ...ill].slice(0, MAX_POD_LISTS)
  const lists = new Map<string, Promise<Attempt<readonly ApiObject[]>>>()
  const seen = new Map<string, Attempt<readonly SeenPod[]>>()
  const see = async (application: ApiObject): Promise<void> => {
    const namespace = Application.parse(application).spec?.destination?.namespace ?? ''
    const list = lists.get(namespace) ?? look(client, pathOf(RESOURCES.pods, { namespace }))
    lists.set(namespace, list)
    const { value, failure } = await list
    const pods = value?.filter(pod => isPodOf(application, pod)).map(seePod)
    seen.set(application.metadata.name, failure === undefined ? { value: pods ?? [] } : { failure })
  }
  await Promise.all(wanted.map(see))
  return seen
}

/** Whether a pod is of an Application, by the workload that owns it: Argo CD marks workloads, not pods. */
function isPodOf({ status }: ApiObject, { metadata }: ApiObject): boolean {
  const { resources } = Resources.safeParse(status).data ?? { resources: [] }
  const owner = metadata.ownerReferences?.[0]
  return resources.some(({ kind, name, namespace }) => {
    if (namespace !== metadata.namespace) return false
    if (owner === undefined) return kind === 'Pod' && name === metadata.name
    if (kind === 'Deployment' && owner.kind === 'ReplicaSet') {
      return owner.name === `${name}-${metadata.labels?.['pod-template-hash'] ?? ''}`
    }
    if (kind === 'CronJob' && owner.kind === 'Job') return owner.name.startsWith(`${name}-`)
    return kind === owner.kind && name === owner.name
  })
}
