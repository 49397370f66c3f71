import type { ApiObject } from '../../lib/engine/cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import { LABEL } from '../../lib/names.js'
import type { Actor } from './cast.js'
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

/** Compares every resource, and what became of it in Argo CD or in Jobs, with what the inputs of now call for. */
export async function judge(stage: Stage): Promise<Stuck[]> {
  const { cluster } = stage.world
  const objects = await Promise.all(stage.cast.actors.map(actor => cluster.get(resourceOfActor(actor), actor)))
  const parts = await partsByOwner(stage)
  return stage.cast.actors.flatMap((actor, index) => {
    const object = objects[index]
    const expected = expectedOf(stage, actor)
    const all = seenOf(actor, object, parts.get(keyOf(actor)) ?? [])
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

function seenOf({ edit }: Actor, object: ApiObject | undefined, parts: readonly ApiObject[]): Facts {
  const { state, image = '', previews = [], observedGeneration } = (object?.status ?? {}) as Record<string, any>
  const up = (previews as { number: number; sha: string; reason?: string }[]).filter(
    ({ reason }) => reason === undefined,
  )
  const jobs = parts.filter(({ kind, metadata }) => kind === 'Job' && metadata.labels?.[LABEL.step] === 'deploy')
  return {
    state,
    observed: observedGeneration === object?.metadata.generation,
    tag: String(image).split(':').at(-1),
    copies: up.map(({ number, sha }) => `${number} ${sha}`).sort(),
    edits: parts.filter(({ kind }) => kind === 'Application').map(editOf),
    // Somebody may have removed the newest Job.
    edit: jobs.length === 0 ? edit : Number(editOf(jobs.at(-1)!)),
  }
}

/** The number of the edit that a child was made of. */
function editOf({ spec }: ApiObject): string | undefined {
  return /edit\W+(?:value\W+)?(\d+)/.exec(JSON.stringify(spec))?.[1]
}

function messageOf(object: ApiObject | undefined): string {
  if (object === undefined) return 'it is not there'
  const { message } = (object.status ?? {}) as { message?: string }
  return `${object.metadata.deletionTimestamp === undefined ? '' : 'being deleted: '}${message ?? 'no status'}`
}

/** Applications by the Service, Jobs by the Terraform that they are of, in the order of their creation. */
async function partsByOwner({ world: { cluster } }: Stage): Promise<Map<string, ApiObject[]>> {
  const parts = new Map<string, ApiObject[]>()
  for (const object of [...(await cluster.list(RESOURCES.applications)), ...(await cluster.list(RESOURCES.jobs))]) {
    const { namespace, labels = {} } = object.metadata
    const key = `${namespace ?? ''}/${labels[LABEL.service] ?? labels[LABEL.terraform] ?? ''}`
    parts.set(key, [...(parts.get(key) ?? []), object])
  }
  return parts
}
