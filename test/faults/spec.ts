import assert from 'node:assert/strict'
import { RESOURCES } from '../../lib/engine/resources.js'
import { fakePull } from '../fake/github.js'
import type { Fault } from './fault.js'
import { condition, copies, deployedImage, running, serviceStatus, stillRuns } from './look.js'
import { IMAGE, NAMESPACE, REPOSITORY, previewsOf, service, workspace } from './manifests.js'
import { inWorld } from './world.js'

const { services, applicationSets, secrets } = RESOURCES
const STAGING = { name: 'staging', namespace: 'alustan' }

/** What users and other objects get wrong, 12 to 16, 33 and 34. */
export const specFaults: readonly Fault[] = [
  {
    number: 12,
    fault: "a workspace's Secret goes, comes back without a key, then with it",
    right: 'the condition names what is missing; all is well at once when it is there',
    play: () =>
      inWorld({}, async world => {
        await running(world)
        await world.cluster.delete(secrets, STAGING)
        await world.settle()
        const gone = condition(await serviceStatus(world), 'WorkspaceResolved')
        assert.match(gone, /^False WorkspaceNotFound: .*'staging'/)
        await stillRuns(world)
        await world.apply(workspace({ OTHER: 'x' }))
        const keyless = condition(await serviceStatus(world), 'WorkspaceResolved')
        assert.match(keyless, /^False WorkspaceKeyMissing: .*'CLUSTER'/)
        await stillRuns(world)
        const before = world.timers.now()
        await world.edit(
          secrets,
          'staging',
          ({ metadata }) => (metadata.annotations = workspace().metadata.annotations),
        )
        assert.equal((await serviceStatus(world)).state, 'Completed')
        assert.equal(world.timers.now(), before, 'no interval had to pass')
        return "WorkspaceNotFound, WorkspaceKeyMissing 'CLUSTER', Completed in the moment of the edit; 1.1.0 stays"
      }),
  },
  {
    number: 13,
    fault: 'two Secrets claim to be one workspace',
    right: 'refused with both names, none is picked',
    play: () =>
      inWorld({}, async world => {
        await running(world)
        await world.apply(workspace({ CLUSTER: 'elsewhere' }, 'a-second'))
        const said = condition(await serviceStatus(world), 'WorkspaceResolved')
        assert.match(said, /^False WorkspaceAmbiguous: .*'a-second' and 'staging'/)
        await stillRuns(world)
        await world.cluster.delete(secrets, { ...STAGING, name: 'a-second' })
        await world.settle()
        assert.equal((await serviceStatus(world)).state, 'Completed')
        return "WorkspaceAmbiguous names 'a-second' and 'staging'; 1.1.0 stays; Completed when one is gone"
      }),
  },
  {
    number: 14,
    fault: 'the version constraint is none',
    right: 'Error, Stalled, the registry is not asked until the spec changes',
    play: () =>
      inWorld({}, async world => {
        const registry = { provider: 'docker', imageName: IMAGE, semanticVersion: '>=1 <' }
        await world.apply(service('api', { containerRegistry: registry }))
        await world.pass(3600)
        const status = await serviceStatus(world)
        assert.equal(status.state, 'Error')
        assert.match(condition(status, 'Stalled'), /^True InvalidConstraint: .*'>=1 <'/)
        assert.equal(world.registry.counts.page, 0)
        await world.edit(services, 'api', ({ spec }) => (spec.containerRegistry.semanticVersion = '~1'))
        await world.pass(30)
        assert.equal((await serviceStatus(world)).state, 'Completed')
        return 'Error, Stalled, InvalidConstraint; 0 requests in an hour; Completed after the edit'
      }),
  },
  {
    number: 15,
    fault: 'no tag satisfies the constraint',
    right: 'what runs stays; NoMatchingTag',
    play: () =>
      inWorld({}, async world => {
        await running(world)
        await world.edit(services, 'api', ({ spec }) => (spec.containerRegistry.semanticVersion = '>=7'))
        await world.pass(600)
        await stillRuns(world)
        const said = condition(await serviceStatus(world), 'ImageResolved')
        assert.match(said, /^False NoMatchingTag: .*1\.1\.0/)
        return `1.1.0 stays; ${said}`
      }),
  },
  {
    number: 16,
    fault: 'the tag that runs is deleted from the registry',
    right: 'only a whole new scan lowers it, and the condition says from where to where and why',
    play: () =>
      inWorld({}, async world => {
        await running(world)
        world.registry.fault = { kind: 'truncated' }
        world.registry.repositories.set(IMAGE, ['1.0.0'])
        await world.pass(900)
        await stillRuns(world)
        world.registry.fault = undefined
        await world.pass(900)
        const status = await serviceStatus(world)
        assert.deepEqual([status.state, status.image], ['Completed', 'team/app:1.0.0'])
        const said = condition(status, 'ImageResolved')
        assert.match(said, /TagLowered: changed from 1\.1\.0 to 1\.0\.0: it is gone from the registry/)
        return `half an answer changes nothing; then ${said}`
      }),
  },
  {
    number: 33,
    fault: "an ApplicationSet of the Service's name, or of its copies, is somebody else's",
    right: 'NameConflict; it is never taken over, nor deleted with the Service',
    play: () =>
      inWorld({}, async world => {
        const metadata = { name: 'api', namespace: NAMESPACE, labels: { mine: 'yes' } }
        const theirs = {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'ApplicationSet',
          metadata,
          spec: { generators: [] },
        }
        await world.apply(theirs, service('api'))
        await world.pass(60)
        const status = await serviceStatus(world)
        assert.match(condition(status, 'Ready'), /^False NameConflict/)
        await world.cluster.delete(services, metadata)
        await world.pass(60)
        assert.equal(await world.get(services, 'api'), undefined)
        const left = await world.get(applicationSets, 'api')
        assert.deepEqual([left.metadata.labels, left.metadata.ownerReferences], [{ mine: 'yes' }, undefined])
        world.gitHub.repositories.get(REPOSITORY)!.pulls.push(fakePull(1))
        await world.apply(service('web-preview'), service('web', previewsOf(REPOSITORY)))
        await world.pass(120)
        const copied = condition(await serviceStatus(world, 'web'), 'PreviewsReady')
        assert.match(copied, /^False NameConflict: ApplicationSet 'web-preview'/)
        assert.equal((await copies(world, 'web')).applications, 0)
        assert.equal(await deployedImage(world, 'web-preview'), 'team/app:1.1.0')
        return `${status.state}, NameConflict; the other object is as it was, also when the Service is gone; copies of web never take the place of Service web-preview`
      }),
  },
  {
    number: 34,
    fault: 'dependencies in a circle, missing, or deleted while they are needed',
    right: 'the circle is spelt out, nothing busy-waits, what is needed stays until it is not',
    play: () =>
      inWorld({}, async world => {
        const needs = (...names: string[]) => ({ dependencies: { service: names } })
        await world.apply(service('a', needs('b')), service('b', needs('c')), service('c', needs('a')))
        await world.apply(service('lost', needs('nowhere')), service('base'), service('top', needs('base')))
        await world.pass(60)
        const circle = await serviceStatus(world, 'a')
        assert.match(circle.message, /cycle Service\/a → Service\/b → Service\/c → Service\/a/)
        assert.match((await serviceStatus(world, 'lost')).message, /Service\/nowhere, which does not exist/)
        const before = world.calls.length
        await world.pass(55)
        assert.ok(world.calls.length - before <= 12, `${world.calls.length - before} calls of six Services in 55 s`)
        await world.cluster.delete(services, { name: 'base', namespace: NAMESPACE })
        await world.pass(60)
        const held = await serviceStatus(world, 'base')
        assert.match(held.message, /is being deleted; waits for Service\/top/)
        assert.ok(await world.get(applicationSets, 'base'), 'it runs on')
        await world.cluster.delete(services, { name: 'top', namespace: NAMESPACE })
        await world.pass(60)
        assert.equal(await world.get(services, 'base'), undefined)
        return `${circle.message.split(':')[0]}; base waits for top, then both are gone`
      }),
  },
]
