import { RESOURCES } from '../../lib/engine/resources.js'
import { fakePull } from '../fake/github.js'
import { mistakesOf, withDependents } from './cast.js'
import { newest, type OutsideFault } from './outside.js'
import { between, keyOf, oneOf, request, resourceOfActor, somebody, type Stage } from './stage.js'
import { REPLICAS } from './world.js'

/** Something that happens in a second of a soak. */
export interface Disturbance {
  /** How often, against the others. */
  readonly weight: number
  readonly name: string
  act(stage: Stage): Promise<void> | void
}

const REGISTRY: readonly OutsideFault[] = ['refuse', 'html', 'slow', 'tooMany', 'unavailable']
const GITHUB: readonly OutsideFault[] = ['refuse', 'html', 'slow', 'tooMany', 'forbidden']

/**
 * Everything that goes wrong or changes. What makes many resources work is seldom, so that a day takes minutes.
 */
export const DISTURBANCES: readonly Disturbance[] = [
  { weight: 30, name: 'hooks answer 500', act: s => s.world.hooks.fail('broken', between(s, 1, 8)) },
  { weight: 20, name: 'hooks refuse connections', act: s => s.world.hooks.fail('refused', between(s, 1, 15)) },
  { weight: 8, name: 'hooks do not answer', act: s => s.world.hooks.fail('silent', between(s, 5, 20)) },
  { weight: 2, name: 'a hook server restarts', act: s => s.world.hooks.restart(s.pick(REPLICAS)) },
  { weight: 0.2, name: 'the engine restarts', act: s => s.world.restartEngine() },
  {
    weight: 8,
    name: 'the registry fails',
    act: s => s.world.outside.fail('registry', oneOf(s, REGISTRY), between(s, 5, 120)),
  },
  { weight: 10, name: 'GitHub fails', act: s => s.world.outside.fail('gitHub', oneOf(s, GITHUB), between(s, 5, 120)) },
  { weight: 400, name: 'conflicts of writes', act: s => s.world.view.refuse(between(s, 1, 5), 409) },
  { weight: 150, name: 'API server errors', act: s => s.world.view.refuse(between(s, 1, 5), 500) },
  { weight: 200, name: 'late events', act: s => s.world.view.delay(between(s, 100, 5000), between(s, 1, 30)) },
  { weight: 10, name: 'lost events', act: s => s.world.view.lose(between(s, 1, 3)) },
  {
    weight: 1,
    name: 'a workspace removed',
    async act(stage) {
      const name = oneOf(stage, stage.cast.workspaces)
      const { cluster } = stage.world
      const secret = await cluster.get(RESOURCES.secrets, { name, namespace: 'alustan' })
      if (secret === undefined) return
      await cluster.delete(RESOURCES.secrets, secret.metadata)
      stage.later(between(stage, 10, 120), () => stage.setRegion(name, 'new'))
    },
  },
  {
    weight: 1,
    name: 'a workspace changed',
    act: stage => stage.setRegion(oneOf(stage, stage.cast.workspaces), oneOf(stage, ['a', 'b', 'c'])),
  },
  {
    weight: 1,
    name: 'a key of a workspace removed',
    async act(stage) {
      const name = oneOf(stage, stage.cast.workspaces)
      await stage.change(RESOURCES.secrets, { name, namespace: 'alustan' }, ({ metadata }) => {
        metadata.annotations = { CLUSTER: 'in-cluster' }
      })
      stage.later(between(stage, 10, 120), () => stage.setRegion(name, 'd'))
    },
  },
  {
    weight: 50,
    name: 'an Application degraded',
    async act(stage) {
      const actor = somebody(stage, ({ kind }) => kind === 'Service')
      if (actor === undefined) return
      stage.note(actor, 'degraded')
      await stage.change(RESOURCES.applications, actor, object => {
        if (object.status !== undefined) object.status = { ...object.status, health: { status: 'Degraded' } }
      })
    },
  },
  {
    weight: 4,
    name: 'a tag added',
    act({ world: { outside }, cast, pick }) {
      const tags = outside.tags.get(cast.images[pick(cast.images.length)]!)!
      const next = (part: string | undefined): number => Number(part ?? 0) + 1
      const [, minor, patch] = newest(tags).split('.')
      tags.push(pick(2) === 0 ? `1.${next(minor)}.0` : `1.${minor ?? 0}.${next(patch)}`)
    },
  },
  {
    weight: 3,
    name: 'a tag removed',
    act({ world: { outside }, cast, pick }) {
      const tags = outside.tags.get(cast.images[pick(cast.images.length)]!)!
      if (tags.length > 1) tags.splice(pick(2) === 0 ? tags.indexOf(newest(tags)) : pick(tags.length), 1)
    },
  },
  {
    weight: 50,
    name: 'a resource edited',
    async act(stage) {
      const actor = somebody(stage)
      if (actor === undefined) return
      actor.edit++
      stage.note(actor, `edited to ${actor.edit}`)
      await stage.apply(actor)
    },
  },
  {
    weight: 10,
    name: 'a mistake in a resource, repaired later',
    async act(stage) {
      const actor = somebody(stage, ({ mistake }) => mistake === undefined)
      if (actor === undefined) return
      actor.mistake = oneOf(stage, mistakesOf(actor))
      stage.note(actor, `mistake: ${actor.mistake}`)
      await stage.apply(actor)
      stage.later(between(stage, 30, 300), async () => {
        actor.mistake = undefined
        stage.note(actor, 'repaired')
        await stage.apply(actor)
      })
    },
  },
  {
    weight: 4,
    name: 'resources deleted and created again',
    async act(stage) {
      const { cluster, timers } = stage.world
      const first = somebody(stage)
      if (first === undefined) return
      for (const actor of withDependents(stage.cast, first)) {
        if (actor.deletedUntil !== undefined) continue
        actor.deletedUntil = timers.now() + between(stage, 0, 60) * 1000
        const propagation = oneOf(stage, ['Background', 'Foreground'] as const)
        stage.note(actor, `deleted in the ${propagation.toLowerCase()}`)
        await cluster.delete(resourceOfActor(actor), actor, { propagation })
      }
    },
  },
  {
    weight: 10,
    name: 'a script fails',
    act(stage) {
      const actor = somebody(stage, ({ kind }) => kind === 'Terraform')
      if (actor === undefined) return
      stage.note(actor, 'its next script fails')
      stage.world.scripts.failNext(keyOf(actor))
    },
  },
  {
    weight: 10,
    name: 'a child deleted by hand',
    async act(stage) {
      const actor = somebody(stage)
      if (actor === undefined) return
      const { cluster } = stage.world
      const resource =
        actor.kind === 'Service' ? RESOURCES.applicationSets : oneOf(stage, [RESOURCES.jobs, RESOURCES.configMaps])
      const children = await cluster.list(resource, { namespace: actor.namespace })
      const own = children.filter(({ metadata }) => metadata.ownerReferences?.some(({ name }) => name === actor.name))
      if (own.length === 0) return
      const { metadata } = oneOf(stage, own)
      stage.note(actor, `${metadata.name} deleted by hand`)
      await cluster.delete(resource, metadata, { propagation: 'Background' })
    },
  },
  {
    weight: 5,
    name: 'a fresh look requested',
    async act(stage) {
      const actor = somebody(stage)
      if (actor === undefined) return
      stage.note(actor, 'a fresh look requested')
      await request(stage, actor)
    },
  },
  {
    weight: 10,
    name: 'pull requests change',
    act({ world: { outside }, cast, pick }) {
      const pulls = outside.pulls.get(cast.repositories[pick(cast.repositories.length)]!)!
      const open = pulls.filter(({ state }) => state === 'open')
      const any = open[pick(Math.max(1, open.length))]
      if (any === undefined || (open.length < 3 && pick(2) === 0)) pulls.push(fakePull(pulls.length + 1))
      else if (pick(2) === 0) any.state = 'closed'
      else any.sha = any.sha.slice(1) + any.sha.slice(0, 1)
    },
  },
]
