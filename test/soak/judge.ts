import { type ApiObject, objectKey } from '../../lib/engine/cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import { LABEL } from '../../lib/names.js'
import { type Actor, editOf } from './cast.js'
import { newest } from './outside.js'
import { keyOf, resourceOfActor, type Stage } from './stage.js'

/** A resource that is not as its inputs call for. */
export interface Stuck {
  readonly resource: string
  readonly expected: string
  readonly seen: string
  readonly message: string
  /** What happened to it last. */
  readonly story: readonly string[]
}

/** What counts of a resource; the same fields of what is expected and of what is seen. */
type Facts = Record<string, unknown>

/** Compares every resource, and what became of it in Argo CD or in a Job, with what the inputs of now call for. */
export async function judge(stage: Stage): Promise<Stuck[]> {
  const { cluster } = stage.world
  const objects = await Promise.all(stage.cast.actors.map(actor => cluster.get(resourceOfActor(actor), actor)))
  const applications = await applicationsByService(stage)
  return stage.cast.actors.flatMap((actor, index) => {
    const object = objects[index]
    const expected = expectedOf(stage, actor)
    const all = seenOf(stage, actor, object, applications.get(keyOf(actor)) ?? [])
    const seen = Object.fromEntries(Object.keys(expected).map(key => [key, all[key]]))
    const [wanted, found] = [JSON.stringify(expected), JSON.stringify(seen)]
    if (wanted === found) return []
    const resource = `${actor.kind} ${keyOf(actor)}`
    return [{ resource, expected: wanted, seen: found, message: messageOf(object), story: actor.story }]
  })
}

function expectedOf({ world: { outside } }: Stage, actor: Actor): Facts {
  const { kind, mistake, edit, image, repository } = actor
  if (mistake !== undefined) return { state: mistake === 'script' ? 'Failed' : 'Error', observed: true }
  const open = (outside.pulls.get(repository ?? '') ?? []).filter(({ state }) => state === 'open')
  const copies = open.map(({ number, sha }) => `${number} ${sha}`).sort()
  return {
    state: 'Completed',
    observed: true,
    tag: newest(outside.tags.get(image) ?? []),
    ...(kind === 'Service'
      ? { copies, edits: Array.from({ length: 1 + copies.length }, () => String(edit)) }
      : { edit }),
  }
}

function seenOf(
  { world }: Stage,
  actor: Actor,
  object: ApiObject | undefined,
  applications: readonly ApiObject[],
): Facts {
  const {
    state,
    image = '',
    previews = [],
    deployed,
    observedGeneration,
  } = (object?.status ?? {}) as Record<string, any>
  const up = (previews as { number: number; sha: string; reason?: string }[]).filter(
    ({ reason }) => reason === undefined,
  )
  return {
    state,
    observed: observedGeneration === object?.metadata.generation,
    tag: String(image).split(':').at(-1),
    copies: up.map(({ number, sha }) => `${number} ${sha}`).sort(),
    edits: applications.map(({ spec }) => editOf(spec)),
    // Its Job may have been removed by hand since.
    edit: Number(world.jobEdits.get(objectKey({ namespace: actor.namespace, name: String(deployed) }))),
  }
}

function messageOf(object: ApiObject | undefined): string {
  if (object === undefined) return 'it is not there'
  const { message } = (object.status ?? {}) as { message?: string }
  return `${object.metadata.deletionTimestamp === undefined ? '' : 'being deleted: '}${message ?? 'no status'}`
}

/** Applications by the Service that they are of. */
async function applicationsByService({ world: { cluster } }: Stage): Promise<Map<string, ApiObject[]>> {
  const applications = new Map<string, ApiObject[]>()
  for (const object of await cluster.list(RESOURCES.applications)) {
    const { namespace, labels = {} } = object.metadata
    const key = `${namespace ?? ''}/${labels[LABEL.service] ?? ''}`
    applications.set(key, [...(applications.get(key) ?? []), object])
  }
  return applications
}
