import t from 'tap'
import type { GitHubFault } from './fake/github-state.js'
import { replica, up, withFake } from './feedback-world.js'

for (const [token, asked] of [
  ['app', 2],
  ['ghs_app', 0],
] as const) {
  t.test(`the token of an app finds its own again: ${token}`, t =>
    withFake(async (fake, team) => {
      fake.tokens.set(token, { login: 'alustan[bot]', type: 'Bot', may: 'write' })
      await replica(fake, { token }).note([{ ...up, reason: 'progressing' }])
      await replica(fake, { token }).note([up])
      t.equal(team.comments.length, 1)
      t.match(team.comments[0]?.body, /is up\./)
      t.equal(fake.seen.filter(({ path }) => path === '/user').length, asked)
    }),
  )
}

const unsaid: [why: string, fault: GitHubFault, reason: string][] = [
  ['GitHub is down', { kind: 'status', status: 502 }, 'GitHubUnreachable'],
  ['the connection breaks', { kind: 'refuse' }, 'GitHubUnreachable'],
  ['the token is refused', { kind: 'status', status: 401 }, 'GitHubAuthenticationFailed'],
  ['too fast', { kind: 'status', status: 403, headers: { 'retry-after': '60' } }, 'GitHubRateLimited'],
  ['a proxy forbids it', { kind: 'status', status: 403, message: 'Forbidden' }, 'InvalidGitHubAnswer'],
  ['no such route', { kind: 'status', status: 404 }, 'InvalidGitHubAnswer'],
  ['a page of HTML', { kind: 'html' }, 'InvalidGitHubAnswer'],
]
for (const kind of ['comment', 'deployment'] as const) {
  for (const [why, fault, reason] of unsaid) {
    t.test(`${kind}: whose the token is is asked again where that was not answered: ${why}`, t =>
      withFake(async (fake, team) => {
        const { failures, note, pass } = replica(fake)
        fake.onRequest = (_method, path) => {
          fake.fault = path === '/user' ? fault : undefined
        }
        await note([up], { kind })
        t.same(failures, [reason])
        fake.onRequest = () => undefined
        fake.fault = undefined
        await pass(600_000)
        await note([up], { kind })
        await note([{ ...up, reason: 'failed' }], { kind })
        await note([up], { kind })
        t.same(failures, [reason])
        t.equal(team.comments.length + team.deployments.length, 1, 'ours is found again')
        t.equal(fake.seen.filter(({ path }) => path === '/user').length, fault.kind === 'refuse' ? 1 : 2)
      }),
    )
  }
}
