import { z } from 'zod'
import { KINDS } from '../crd/kinds.js'
import { type ApiClient, pathOf } from '../engine/api-request.js'
import { type ApiObject, type Resource } from '../engine/cluster.js'
import { RESOURCES } from '../engine/resources.js'
import { AlustanError } from '../errors.js'
import { API_VERSION } from '../names.js'
import { askList, askOurs } from './api-answer.js'
import { nearNames } from './near-names.js'

/** A resource of ours as a user names it. */
export interface ResourceName {
  readonly kind: 'Service' | 'Terraform'
  readonly name: string
}

const [GROUP = ''] = API_VERSION.split('/')
/** Kubernetes older than this cannot run what the chart installs, which says the same. */
export const OLDEST_MINOR = 30
const INSTALL = 'helm install alustan charts/alustan --namespace alustan --create-namespace'

const Group = z.looseObject({ versions: z.array(z.looseObject({ groupVersion: z.string() })) })
const Version = z.looseObject({ major: z.string(), minor: z.string() })

/** Reads `service/NAME` or `service NAME`, with every name that kubectl has for the kind. Throws `InvalidInput`. */
export function parseResourceName(first: string, second: string | undefined): ResourceName {
  const [kindText = '', name, ...rest] = second === undefined ? first.split('/') : [first, second]
  const word = kindText.toLowerCase().replace(`.${GROUP}`, '')
  const kind = KINDS.find(({ singular, plural, shortNames }) => [singular, plural, ...shortNames].includes(word))?.kind
  if (kind !== undefined && name !== undefined && name !== '' && rest.length === 0) return { kind, name }
  const text = second === undefined ? first : `${first} ${second}`
  throw new AlustanError('InvalidInput', `'${text}' is no KIND/NAME; write service/NAME or terraform/NAME`)
}

/** The API's resource of a kind of ours. */
export function resourceOfKind(kind: ResourceName['kind']): Resource {
  return kind === 'Service' ? RESOURCES.services : RESOURCES.terraforms
}

/** Gets a resource of ours. Throws `NotFound` with names that are near, `KindNotInstalled` or `ClusterTooOld`. */
export async function findResource(
  client: ApiClient,
  { kind, name }: ResourceName,
  namespace: string,
): Promise<ApiObject> {
  const resource = resourceOfKind(kind)
  try {
    return await askOurs(client, pathOf(resource, { name, namespace }))
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown
  }
  const names = (await listOurs(client, kind, namespace)).map(({ metadata }) => metadata.name)
  const near = nearNames(name, names).map(other => `'${other}'`)
  const cure =
    names.length === 0
      ? 'there is none in it; name another one with -n'
      : near.length > 0
        ? `did you mean ${near.join(' or ')}?`
        : `see 'kubectl -n ${namespace} get ${resource.resource}.${GROUP}'`
  throw new AlustanError('NotFound', `${kind} '${name}' does not exist in namespace '${namespace}'; ${cure}`)
}

/** All resources of a kind of ours in a namespace. Throws `KindNotInstalled` or `ClusterTooOld` where there is no such kind. */
export async function listOurs(
  client: ApiClient,
  kind: ResourceName['kind'],
  namespace: string,
): Promise<readonly ApiObject[]> {
  const resource = resourceOfKind(kind)
  try {
    const items = await askList(client, pathOf(resource, { namespace }))
    // Items of a list do not always repeat what they are.
    return items.map(item => ({ ...item, apiVersion: resource.apiVersion, kind: resource.kind }))
  } catch (thrown) {
    throw isNotFound(thrown) ? await whyNoKind(client) : thrown
  }
}

/** Whether something thrown says that what was asked for does not exist. */
export function isNotFound(thrown: unknown): boolean {
  return thrown instanceof AlustanError && thrown.reason === 'NotFound'
}

async function whyNoKind(client: ApiClient): Promise<AlustanError> {
  const ask = (path: string) => client.object(path).catch(() => undefined)
  const versions = Group.safeParse(await ask(`/apis/${GROUP}`)).data?.versions
  if (versions !== undefined) {
    const served = versions.map(({ groupVersion }) => groupVersion).join(', ')
    const cure = `install the kinds of this version, or use the alustan that goes with them`
    return new AlustanError('KindNotInstalled', `the cluster serves ${served} and not ${API_VERSION}; ${cure}`)
  }
  const { major, minor: text = '' } = Version.safeParse(await ask('/version')).data ?? {}
  const minor = Number.parseInt(text, 10)
  if (major === '1' && minor < OLDEST_MINOR) {
    const fault = `the cluster is Kubernetes 1.${minor}; alustan needs 1.${OLDEST_MINOR} or newer`
    return new AlustanError('ClusterTooOld', `${fault}: upgrade it, or use another --context`)
  }
  const cure = `install alustan ('${INSTALL}'), or use another --context`
  return new AlustanError('KindNotInstalled', `the cluster does not have the kinds of ${API_VERSION}; ${cure}`)
}
