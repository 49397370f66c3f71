import assert from 'node:assert/strict'
import type { GitHubFault } from '../fake/github-state.js'
import { addRepository, fakePull } from '../fake/github.js'
import type { Fault } from './fault.js'
import { condition, copies, running, serviceStatus } from './look.js'
import { REPOSITORY, previewsOf, service } from './manifests.js'
import { GITHUB_TOKEN } from './replica.js'
import { type FaultWorld, inWorld } from './world.js'

/** A Service with copies of pull requests 1 and 2. */
async function withCopies(world: FaultWorld): Promise<void> {
  world.gitHub.repositories.get(REPOSITORY)!.pulls.push(fakePull(1), fakePull(2))
  await running(world, service('api', previewsOf(REPOSITORY)))
  await bothRun(world)
}

async function bothRun(world: FaultWorld): Promise<void> {
  assert.deepEqual(await copies(world), { numbers: [2, 1], applications: 2 })
}

/** What the condition about the list says; the token is shown nowhere. */
async function listed(world: FaultWorld): Promise<string> {
  const texts = JSON.stringify([world.logs, world.events, world.calls, world.cluster.objects()])
  assert.ok(!texts.includes(GITHUB_TOKEN))
  return condition(await serviceStatus(world), 'PullRequestsListed').replace(/:.*/, '')
}

/** Passes time until GitHub is asked again; answers how many seconds that took. */
async function secondsUntilAsked(world: FaultWorld): Promise<number> {
  const { gitHub, timers } = world
  const { length } = gitHub.seen
  const began = timers.now()
  while (gitHub.seen.length === length && timers.now() - began < 7_200_000) await world.pass(1)
  return (timers.now() - began) / 1000
}

/** A GitHub that wants to be left alone, or is no help, 9 and 11. */
export const gitHubFaults: readonly Fault[] = [
  {
    number: 9,
    fault: 'GitHub limits how often it is asked: Retry-After, a quota that is spent, or neither',
    right: 'not one request of any Service until then, a minute at least; the copies stay',
    play: () =>
      inWorld({}, async world => {
        const { gitHub } = world
        await withCopies(world)
        addRepository(gitHub, 'team/other')
        await world.apply(service('other', previewsOf('team/other')))
        await world.pass(60)
        const limits: [atLeast: number, begin: () => void][] = [
          [900, () => (gitHub.fault = { kind: 'status', status: 403, headers: { 'retry-after': '900' } })],
          [60, () => (gitHub.fault = { kind: 'status', status: 429 })],
          [
            1190,
            () => {
              gitHub.resetsAt = Date.now() + 1_200_000
              gitHub.spent.set(GITHUB_TOKEN, gitHub.limits.token)
            },
          ],
        ]
        const quiet: number[] = []
        for (const [atLeast, begin] of limits) {
          begin()
          await secondsUntilAsked(world)
          gitHub.fault = undefined
          await world.pass(30)
          assert.equal(await listed(world), 'False GitHubRateLimited')
          const seconds = 30 + (await secondsUntilAsked(world))
          assert.ok(seconds >= atLeast && seconds < atLeast * 1.2, `${seconds} s instead of ${atLeast}`)
          quiet.push(seconds)
          await bothRun(world)
        }
        return `quiet for ${quiet.join(', ')} s; GitHubRateLimited; both copies stay`
      }),
  },
  {
    number: 11,
    fault: 'GitHub answers 5xx, HTML, half a JSON, or 404 for the repository',
    right: 'the copies stay until a whole list says otherwise',
    play: () =>
      inWorld({}, async world => {
        await withCopies(world)
        const [, second] = world.gitHub.repositories.get(REPOSITORY)!.pulls
        second!.state = 'closed'
        const faults: GitHubFault[] = [
          { kind: 'status', status: 500 },
          { kind: 'status', status: 502 },
          { kind: 'html' },
          { kind: 'truncated' },
          { kind: 'wrongJson' },
          { kind: 'status', status: 404 },
        ]
        const reasons = new Set<string>()
        for (const fault of faults) {
          world.gitHub.fault = fault
          await world.pass(600)
          reasons.add(await listed(world))
          await bothRun(world)
        }
        world.gitHub.fault = undefined
        await world.pass(600)
        assert.deepEqual(await copies(world), { numbers: [1], applications: 1 })
        return `${[...reasons].join(', ')}; the copy of 2, closed meanwhile, goes once GitHub lists again`
      }),
  },
]
