import assert from 'node:assert/strict'
import type { Fault as RegistryFault } from '../fake/registry.js'
import type { Fault } from './fault.js'
import { condition, failing, running, serviceStatus } from './look.js'
import { IMAGE, service } from './manifests.js'
import { inWorld } from './world.js'

const SECRET = 'canary-pass-58e2'

/** A registry whose answers are no good, 5 to 8 and 10. */
export const registryAnswerFaults: readonly Fault[] = [
  {
    number: 5,
    fault: 'the registry answers 5xx, HTML, half a JSON or another JSON',
    right: 'unknown, never "no tags"',
    play: async () => {
      const faults: RegistryFault[] = [
        { kind: 'status', status: 500 },
        { kind: 'status', status: 503 },
        { kind: 'html' },
        { kind: 'truncated' },
        { kind: 'wrongJson' },
      ]
      const seen = await inWorld({}, async world => {
        await running(world)
        const reasons = new Set<string>()
        for (const fault of faults) reasons.add(await failing(world, fault))
        world.registry.fault = { kind: 'nullTags' }
        await world.pass(600)
        assert.equal((await serviceStatus(world)).image, 'team/app:1.1.0', 'an empty list takes nothing away either')
        return [...reasons].join(', ')
      })
      return `1.1.0 stays through all six; ${seen}`
    },
  },
  {
    number: 6,
    fault: 'an image has more than 100,000 tags, page after page without end',
    right: 'tags and pages have a cap, TagListTruncated says so, memory has a bound',
    play: () =>
      inWorld({}, async world => {
        world.registry.fault = { kind: 'endlessPages' }
        const before = process.memoryUsage().heapUsed
        const registry = { provider: 'docker', imageName: IMAGE, semanticVersion: '*' }
        await world.apply(service('api', { containerRegistry: registry }))
        await world.pass(30)
        const grown = (process.memoryUsage().heapUsed - before) / 2 ** 20
        const status = await serviceStatus(world)
        assert.match(condition(status, 'RegistryReachable'), /^True TagListTruncated/)
        assert.ok(world.registry.counts.page <= 1001, `${world.registry.counts.page} pages`)
        assert.ok(grown < 256, `${grown} MiB`)
        assert.equal(status.state, 'Completed')
        return `TagListTruncated after ${world.registry.counts.page} pages; runs ${status.image}`
      }),
  },
  {
    number: 7,
    fault: 'pages go in a circle, to another host, or the second one is forbidden',
    right: 'noticed, the list fails as a whole',
    play: () =>
      inWorld({}, async world => {
        await running(world)
        world.registry.pageSize = 1
        const reasons = [
          await failing(world, { kind: 'linkLoop' }),
          await failing(world, { kind: 'foreignLink' }),
          await failing(world, { kind: 'lateForbidden' }),
        ]
        assert.deepEqual(reasons, ['InvalidRegistryAnswer', 'InvalidRegistryAnswer', 'AuthenticationFailed'])
        return `${reasons.join(', ')}; 1.1.0 stays, though page one has only 1.0.0`
      }),
  },
  {
    number: 8,
    fault: "the registry's challenge names a token service of strangers",
    right: 'they get no credentials',
    play: () =>
      inWorld({ credentials: { kind: 'password', username: 'u', password: SECRET } }, async world => {
        const asked: string[] = []
        world.registry.access = { kind: 'token', realm: 'https://auth.attacker.example/token' }
        await world.apply(service('api'))
        await world.pass(60)
        for (const { authorization } of world.registry.seen) if (authorization !== undefined) asked.push(authorization)
        assert.deepEqual(asked, [])
        const status = await serviceStatus(world)
        assert.match(condition(status, 'ImageResolved'), /^False AuthenticationFailed: .*auth\.attacker\.example/)
        return 'AuthenticationFailed names the strange host; it was sent nothing'
      }),
  },
  {
    number: 10,
    fault: 'an error text differs at each answer (a request id)',
    right: 'the same fault gives the same bytes',
    play: () =>
      inWorld({}, async world => {
        await running(world)
        world.registry.fault = { kind: 'status', status: 500, hasRequestId: true }
        await world.pass(600)
        const first = JSON.stringify(await serviceStatus(world))
        const scans = world.scans.length
        await world.pass(3600)
        assert.ok(world.scans.length > scans + 5)
        assert.equal(JSON.stringify(await serviceStatus(world)), first)
        assert.doesNotMatch(first, /request-\d/)
        return `${world.scans.length - scans} scans failed with another id each; the status has the same bytes after all`
      }),
  },
]
