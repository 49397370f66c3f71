import type { ApiObject, Cluster } from './cluster.js'
import type { Webhook } from './composite-controller.js'

/**
 * The `Authorization` header of a webhook, from the Secret that it names. Metacontroller reads that only when it starts
 * a controller, which is when its spec changes. Throws when there is no such Secret or key.
 */
export async function authorizationHeader(cluster: Cluster, { authorization }: Webhook): Promise<string | undefined> {
  if (authorization === undefined) return undefined
  const { type, secretRef } = authorization
  const { name, namespace, key } = secretRef
  const secrets = await cluster.findResource({ apiVersion: 'v1', resource: 'secrets' })
  const secret = secrets && (await cluster.get(secrets, { name, namespace }))
  if (secret === undefined) throw new Error(`can't get authorization secret ${namespace}/${name}`)
  const value = dataOf(secret)[key]
  if (typeof value !== 'string')
    throw new Error(`authorization secret ${namespace}/${name} does not contain key ${key}`)
  return `${type.trim()} ${Buffer.from(value, 'base64').toString('utf8').trim()}`
}

function dataOf({ data }: ApiObject): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? { ...data } : {}
}
