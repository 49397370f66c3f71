import { type ApiObject, isApiError, objectKey, type Resource } from '../../lib/engine/cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import { ANNOTATION } from '../../lib/names.js'
import { type Actor, type Cast, manifestOf, workspaceSecret } from './cast.js'
import type { SoakWorld } from './world.js'

/** The world with its cast, and what users do there. */
export interface Stage {
  readonly world: SoakWorld
  readonly cast: Cast
  readonly pick: (limit: number) => number
  /** Notes what happened to an actor, with the time. */
  note(actor: Actor, what: string): void
  /** Does something after so many simulated seconds. */
  later(seconds: number, act: () => Promise<unknown>): void
  /** Creates an actor's object, or brings it to its spec; nothing while it is being deleted. */
  apply(actor: Actor): Promise<void>
  /** Changes the newest state of an object. */
  change(
    resource: Resource,
    name: { name: string; namespace?: string },
    edit: (object: ApiObject) => void,
  ): Promise<void>
  setRegion(workspace: string, region: string): Promise<void>
  /** Creates again what was deleted, as soon as it is gone and its time has come. */
  createAgain(): Promise<void>
}

const KEPT_NOTES = 6

export const resourceOfActor = ({ kind }: Actor): Resource =>
  kind === 'Service' ? RESOURCES.services : RESOURCES.terraforms

/** Puts the cast into the world, in which it has not begun. */
export function makeStage(world: SoakWorld, cast: Cast, pick: (limit: number) => number): Stage {
  const { cluster, timers } = world
  const began = timers.now()
  const stage: Stage = {
    world,
    cast,
    pick,
    note({ story }, what) {
      story.push(`${clockText(timers.now() - began)} ${what}`)
      if (story.length > KEPT_NOTES) story.shift()
    },
    later(seconds, act) {
      timers.after(seconds * 1000, () => void act())
    },
    async apply(actor) {
      const wanted = manifestOf(actor)
      const resource = resourceOfActor(actor)
      if (actor.deletedUntil !== undefined) return
      if ((await cluster.get(resource, wanted.metadata)) === undefined) await cluster.create(resource, wanted)
      else await stage.change(resource, actor, object => void (object.spec = wanted.spec))
    },
    async change(resource, { name, namespace }, edit) {
      for (;;) {
        const object = await cluster.get(resource, { name, namespace })
        if (object === undefined) return
        edit(object)
        try {
          await cluster.update(resource, object)
          return
        } catch (error) {
          if (!isApiError(error, 'Conflict')) throw error
        }
      }
    },
    async setRegion(workspace, region) {
      const secret = workspaceSecret(workspace, region)
      if ((await cluster.get(RESOURCES.secrets, secret.metadata)) === undefined) {
        await cluster.create(RESOURCES.secrets, secret)
      } else {
        const { annotations = {} } = secret.metadata
        await stage.change(RESOURCES.secrets, { name: workspace, namespace: 'alustan' }, ({ metadata }) => {
          metadata.annotations = annotations
        })
      }
    },
    async createAgain() {
      for (const actor of cast.actors) {
        if (actor.deletedUntil === undefined || actor.deletedUntil > timers.now()) continue
        if ((await cluster.get(resourceOfActor(actor), actor)) !== undefined) continue
        actor.deletedUntil = undefined
        stage.note(actor, 'created again')
        await stage.apply(actor)
      }
    },
  }
  return stage
}

/** Hours, minutes and seconds since the start. */
export function clockText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map(part => String(part).padStart(2, '0'))
    .join(':')
}

/** The key of an actor's object. */
export const keyOf = ({ namespace, name }: Actor): string => objectKey({ namespace, name })

/** A number from `least` to `most`, both among them. */
export const between = ({ pick }: Stage, least: number, most: number): number => least + pick(most - least + 1)

/** One of some things. */
export const oneOf = <Item>({ pick }: Stage, items: readonly Item[]): Item => items[pick(items.length)]!

/** Somebody who is not being deleted. */
export function somebody(stage: Stage, suits: (actor: Actor) => boolean = () => true): Actor | undefined {
  for (let tries = 0; tries < 20; tries++) {
    const actor = oneOf(stage, stage.cast.actors)
    if (actor.deletedUntil === undefined && suits(actor)) return actor
  }
  return undefined
}

/** Asks for a fresh look, as `alustan reconcile` does. */
export async function request(stage: Stage, actor: Actor): Promise<void> {
  await stage.change(resourceOfActor(actor), actor, ({ metadata }) => {
    const requestedAt = new Date(stage.world.timers.now()).toISOString()
    metadata.annotations = { ...metadata.annotations, [ANNOTATION.requestedAt]: requestedAt }
  })
}
