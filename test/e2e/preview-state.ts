import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type Seen, get, list } from './kubectl.js'
import type { World } from './scenario.js'
import { eventually } from './shell.js'

const IMAGE = 'localhost:5000/alustan/web'

/** A commit of this run alone, so that no older run has left its image. */
export const shaOf = (number: number, { namespace }: World) =>
  createHash('sha1').update(`${namespace} ${number}`).digest('hex')

/** The tag of its image. */
export const tagOf = (number: number, world: World) => `pr-${number}-${shaOf(number, world).slice(0, 7)}`

/** The status of the Service whose pull requests have copies. */
export async function statusOf({ namespace }: World): Promise<Seen> {
  return (await get('services.alustan.io', 'web-service', namespace))?.status
}

/** Waits until that status is as wanted, and returns it. */
export async function until(what: string, world: World, isTrue: (status: Seen) => unknown): Promise<Seen> {
  return eventually(what, 90, async () => {
    const status = await statusOf(world)
    if (isTrue(status)) return status
    throw new Error(JSON.stringify([status?.state, status?.message, status?.previews]))
  })
}

/** What a status says of the copy of a pull request. */
export const previewOf = (status: Seen, number: number): Seen =>
  status?.previews?.find((preview: Seen) => preview.number === number)

/** Waits until the copy runs this image in a namespace of its own, with its host in the values; returns the namespace. */
export async function copyRuns(number: number, tag: string, host: string, world: World): Promise<string> {
  const status = await until(`the copy of ${number} is Healthy on ${tag}`, world, seen => {
    const { health, image, reason } = previewOf(seen, number) ?? {}
    return health === 'Healthy' && image === `alustan/web:${tag}` && reason === undefined
  })
  const { namespace, urls } = previewOf(status, number)
  assert.deepEqual(urls, [`https://${host}`])
  assert.ok(status.previewURLs.includes(`https://${host}`))
  await eventually(`a pod in ${namespace} runs ${tag}`, 60, async () => {
    const pods = (await list('pods', namespace)).filter(pod => pod.metadata.deletionTimestamp === undefined)
    const images = pods.filter(pod => pod.status.phase === 'Running').map(pod => pod.spec.containers[0].image)
    return images.length === 1 && images[0] === `${IMAGE}:${tag}` ? true : undefined
  })
  const values = JSON.parse((await get('configmap', 'frontend-values', namespace)).data.values)
  assert.deepEqual(values.ingress, { hosts: [{ host }], tls: [{ hosts: [host] }] })
  return namespace
}

/** Waits until nothing of a copy is left, its namespace neither. */
export async function isGone(namespace: string, world: World): Promise<void> {
  await eventually(`${namespace} is gone`, 90, async () => {
    if ((await get('application', namespace, world.namespace)) !== undefined)
      throw new Error('its Application is there')
    const left = await get('namespace', namespace, 'default')
    if (left !== undefined) throw new Error(`the namespace is ${left.status.phase}`)
    return true
  })
}

/** A condition of a status, by its type. */
export const condition = (status: Seen, type: string): Seen =>
  status?.conditions?.find((each: Seen) => each.type === type)
