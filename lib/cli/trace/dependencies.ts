import { z } from 'zod'
import { type ApiClient, pathOf } from '../../engine/api-request.js'
import type { ApiObject } from '../../engine/cluster.js'
import { Dependencies } from '../../dependencies/spec.js'
import type { Attempt } from '../../errors.js'
import { askOurs } from '../api-answer.js'
import { isNotFound, listOurs, resourceOfKind } from '../find-resource.js'
import { looked, unseen } from './look.js'
import type { TraceNode } from './trace-node.js'

/** A dependency and how it stands; what was seen is undefined when it does not exist. */
export interface SeenDependency {
  readonly kind: 'Service' | 'Terraform'
  readonly name: string
  readonly seen: Attempt<ApiObject | undefined>
}

const Spec = z.looseObject({ dependencies: Dependencies.catch({ service: [], terraform: [] }) })
const Status = z
  .looseObject({ state: z.string().catch(''), message: z.string().catch('') })
  .catch({ state: '', message: '' })

/** Gets what a resource depends on: one request a kind, however many there are. */
export async function gatherDependencies(client: ApiClient, object: ApiObject): Promise<readonly SeenDependency[]> {
  const { namespace = '' } = object.metadata
  const { service, terraform } = Spec.safeParse(object.spec).data?.dependencies ?? { service: [], terraform: [] }
  const gather = async (kind: SeenDependency['kind'], names: readonly string[]): Promise<SeenDependency[]> => {
    const [only, second] = names
    if (only === undefined) return []
    if (second === undefined) {
      return [{ kind, name: only, seen: await looked(() => getOne(client, kind, only, namespace)) }]
    }
    const { value, failure } = await looked(() => listOurs(client, kind, namespace))
    const find = (name: string) => ({ value: value?.find(({ metadata }) => metadata.name === name) })
    return names.map(name => ({ kind, name, seen: failure === undefined ? find(name) : { failure } }))
  }
  return (await Promise.all([gather('Service', service), gather('Terraform', terraform)])).flat()
}

async function getOne(client: ApiClient, kind: SeenDependency['kind'], name: string, namespace: string) {
  try {
    return await askOurs(client, pathOf(resourceOfKind(kind), { name, namespace }))
  } catch (thrown) {
    if (isNotFound(thrown)) return undefined
    throw thrown
  }
}

/** The branch of a tree that shows them. */
export function dependenciesNode(dependencies: readonly SeenDependency[]): TraceNode[] {
  if (dependencies.length === 0) return []
  const children = dependencies.map(({ kind, name, seen: { value, failure } }) => {
    const title = `${kind}/${name}`
    if (failure !== undefined) return unseen(title, failure)
    if (value === undefined) return { title, state: 'does not exist' }
    const { state, message } = Status.parse(value.status ?? {})
    return {
      title,
      state: state === '' ? 'has no status yet' : state,
      notes: state === 'Completed' || message === '' ? [] : [message],
    }
  })
  return [{ title: 'dependencies', children }]
}
