import assert from 'node:assert/strict'
import type { Fault } from './fault.js'
import { condition, failing, running, serviceStatus, stillRuns } from './look.js'
import { service } from './manifests.js'
import { inWorld } from './world.js'

const SECRET = 'canary-pass-41c7'

/** A registry that does not answer, or refuses to, 1 to 4. */
export const registryFaults: readonly Fault[] = [
  {
    number: 1,
    fault: 'the registry refuses connections, then swallows them',
    right: 'the tag stays, RegistryReachable=False, hooks answer at once, scans pause longer and longer',
    play: () =>
      inWorld({ limits: { requestMs: 200 } }, async world => {
        await running(world)
        assert.equal(await failing(world, { kind: 'refuse' }), 'RegistryUnreachable')
        world.scans.length = 0
        world.calls.length = 0
        assert.equal(await failing(world, { kind: 'blackhole' }), 'RegistryTimeout')
        await world.pass(3000)
        const pauses = world.scans.slice(1).map((at, index) => Math.round((at - world.scans[index]!) / 1000))
        assert.ok(pauses.every(pause => pause >= 4) && pauses.length <= 20, `pauses ${pauses.join()}`)
        const syncs = world.calls.filter(({ hook }) => hook.endsWith('/sync')).map(({ ms }) => ms)
        const median = syncs.sort((a, b) => a - b)[Math.floor(syncs.length / 2)]!
        assert.ok(median < 100, `${median} ms`)
        return `1.1.0 stays in an hour of outage; ${pauses.length + 1} scans; ${syncs.length} syncs, half of them under ${Math.ceil(median)} ms`
      }),
  },
  {
    number: 2,
    fault: 'the registry takes half a minute for a page',
    right: 'one budget for the whole scan, in the background',
    play: () =>
      inWorld({ limits: { scanMs: 300, requestMs: 250 } }, async world => {
        await running(world)
        world.registry.fault = { kind: 'slow', ms: 30_000 }
        while (world.scans.length < 2) await world.pass(10, true)
        await world.apply()
        const before = world.calls.length
        world.timers.advance(0)
        await world.pass(60)
        assert.ok(world.calls.length > before, 'hooks are answered')
        await stillRuns(world)
        const said = condition(await serviceStatus(world), 'RegistryReachable')
        assert.match(said, /^False RegistryTimeout/)
        return 'the scan ends at its budget with RegistryTimeout; hooks were answered meanwhile; 1.1.0 stays'
      }),
  },
  {
    number: 3,
    fault: 'the registry answers 429, with and without Retry-After',
    right: 'the whole host is left alone until then, a minute at least',
    play: () =>
      inWorld({}, async world => {
        world.registry.repositories.set('team/other', ['1.0.0'])
        await running(world)
        const registry = { provider: 'docker', imageName: 'team/other', semanticVersion: '*' }
        await world.apply(service('other', { containerRegistry: registry }))
        const quiet: number[] = []
        for (const retryAfter of ['900', undefined]) {
          world.registry.fault = { kind: 'status', status: 429, ...(retryAfter && { retryAfter }) }
          const before = world.registry.counts.page
          while (world.registry.counts.page === before) await world.pass(10)
          const asked = world.registry.counts.page
          await world.pass(retryAfter === undefined ? 49 : 880)
          assert.equal(world.registry.counts.page, asked, 'the other image is of the same host')
          quiet.push(retryAfter === undefined ? 49 : 880)
          await world.pass(120)
        }
        await stillRuns(world)
        assert.match(condition(await serviceStatus(world), 'RegistryReachable'), /^False RateLimited/)
        return `not one request of two images for ${quiet.join(' and ')} s; RateLimited; 1.1.0 stays`
      }),
  },
  {
    number: 4,
    fault: 'the registry answers 401 or 403',
    right: 'AuthenticationFailed, few tries, no credential in any text',
    play: () =>
      inWorld({ credentials: { kind: 'password', username: 'u', password: SECRET } }, async world => {
        await running(world)
        const before = world.registry.counts.page
        assert.equal(await failing(world, { kind: 'status', status: 403 }), 'AuthenticationFailed')
        world.registry.fault = undefined
        world.registry.access = { kind: 'basic', username: 'u', password: 'another' }
        await world.pass(3000)
        await stillRuns(world)
        assert.match(condition(await serviceStatus(world), 'RegistryReachable'), /^False AuthenticationFailed/)
        const tries = world.registry.counts.page + world.registry.counts.challenge - before
        assert.ok(tries <= 40, `${tries} requests`)
        const texts = JSON.stringify([world.logs, world.events, world.calls, world.cluster.objects()])
        assert.ok(!texts.includes(SECRET) && !texts.includes(Buffer.from(`u:${SECRET}`).toString('base64')))
        return `AuthenticationFailed; ${tries} requests in an hour; the password is in no status, log, Event or answer`
      }),
  },
]
