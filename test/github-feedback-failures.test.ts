import t from 'tap'
import type { GitHubFault } from './fake/github-state.js'
import { fakePull } from './fake/github.js'
import { replica, service, up, withFake } from './feedback-world.js'
import { repository, SECRET } from './github-lister.js'

const target = { kind: 'comment', repository, service } as const

type Row = [why: string, token: string | undefined, fault: GitHubFault | undefined, reason: string, message: RegExp]
const rows: Row[] = [
  [
    'no token',
    undefined,
    undefined,
    'GitHubAuthenticationFailed',
    /needs a token; set GITHUB_TOKEN.*'Pull requests: write'/,
  ],
  [
    'a token that only reads',
    'reader',
    undefined,
    'GitHubForbidden',
    /comment on pull requests of 'team\/app'; give the token the permission 'Pull requests: write'/,
  ],
  ['a token that is revoked', 'none', undefined, 'GitHubAuthenticationFailed', /expired or revoked/],
  ['GitHub down', SECRET, { kind: 'status', status: 502 }, 'GitHubUnreachable', /status 502; it is asked again/],
  [
    'a page of HTML',
    SECRET,
    { kind: 'html' },
    'InvalidGitHubAnswer',
    /something else than was asked for; check GITHUB_API_URL/,
  ],
  [
    'too fast',
    SECRET,
    { kind: 'status', status: 403, headers: { 'retry-after': '60' } },
    'GitHubRateLimited',
    /limits how often/,
  ],
]
for (const [why, token, fault, reason, message] of rows) {
  t.test(`${why}: the failure is told, the same each time, GitHub is left alone for a while, and it mends`, t =>
    withFake(async (fake, team) => {
      fake.tokens.set('reader', { login: 'reader', type: 'User', may: 'read' })
      fake.fault = fault
      const { feedback, note, pass } = replica(fake, { token })
      await note([up])
      const failure = feedback.failure(target)
      t.equal(failure?.reason, reason)
      t.match(failure?.message, message)
      t.notOk(failure?.message.includes(SECRET))
      const before = fake.seen.length
      await note([up])
      t.equal(fake.seen.length, before)
      t.equal(feedback.failure({ ...target, service: { ...service, name: 'other' } }), undefined)
      await pass(60_000)
      await note([up])
      t.equal(feedback.failure(target)?.message, failure?.message)
      fake.fault = undefined
      if (token !== undefined) fake.tokens.set(token, { login: 'alustan-bot', type: 'User', may: 'write' })
      await pass(3_600_000)
      await note([up])
      t.equal(team.comments.length, token === undefined ? 0 : 1)
      t.equal(feedback.failure(target)?.reason, token === undefined ? reason : undefined)
    }),
  )
}

t.test('a copy that went while GitHub was down is told of later, unless it came back', t =>
  withFake(async (fake, team) => {
    const { note, pass } = replica(fake)
    await note([up, { ...up, number: 2 }])
    fake.fault = { kind: 'status', status: 502 }
    await note([], { gone: [1, 2] })
    await note([{ ...up, number: 2 }])
    await pass(600_000)
    fake.fault = undefined
    await pass(3_600_000)
    await note([{ ...up, number: 2 }])
    await note([{ ...up, number: 2 }])
    t.match(team.comments, [
      { issue: 1, body: / is removed\./ },
      { issue: 2, body: / is up\./ },
    ])
  }),
)

t.test('a last word is written later by itself, and given up after a day; who cannot be told stops no others', t =>
  withFake(async (fake, team) => {
    const { failures, feedback, note, pass } = replica(fake)
    const other = { repository: { owner: 'team', name: 'no-more' } }
    await note([up, { ...up, number: 2 }])
    await pass(10_000)
    fake.fault = { kind: 'status', status: 502 }
    await note([], { gone: [1] })
    await note([], { untold: [2] })
    fake.fault = undefined
    await pass(60_000)
    t.match(team.comments, [{ body: / is removed\./ }, { body: / is not told of here any more\./ }])
    await note([], { ...other, gone: [1] })
    await note([up])
    t.match(team.comments[0]?.body, / is up\./)
    t.equal(feedback.failure(target), undefined)
    await pass(2 * 86_400_000)
    const count = failures.length
    await pass(2 * 86_400_000)
    t.equal(failures.length, count)
  }),
)

t.test('where comments are too many to read all, none is written: ours may be among the rest', t =>
  withFake(async (fake, team) => {
    const { feedback, note } = replica(fake)
    for (let id = 1; id <= 999; id++) team.comments.push({ id, issue: 1, body: 'x', author: 'someone' })
    await note([up])
    t.equal(team.comments.length, 1000)
    await note([{ ...up, reason: 'failed' }])
    t.match(
      feedback.failure(target)?.message,
      /has 1000 or more things where ours is looked for; nothing is written for 'team\/app'; choose another/,
    )
    t.equal(team.comments.length, 1000)
  }),
)

t.test('a last word that can never be written waits longer and longer, and delays no other pull request', t =>
  withFake(async (fake, team) => {
    const { failures, note, pass } = replica(fake)
    for (let id = 1; id <= 1000; id++) team.comments.push({ id, issue: 1, body: 'x', author: 'someone' })
    await note([], { gone: [1] })
    const second = { ...up, number: 2 }
    await note([second])
    t.match(team.comments[1000], { issue: 2, body: / is up\./ })
    for (let minute = 0; minute < 60; minute++) {
      await pass(50_000)
      await note([minute % 2 === 0 ? { ...second, reason: 'failed' } : second])
      t.match(team.comments[1000]?.body, minute % 2 === 0 ? / failed/ : / is up\./)
    }
    t.equal(failures.length, 7, 'at once and after 30 s, 1.5, 3.5, 7.5, 15.5 and 31.5 minutes')
  }),
)

t.test('at most one write a second', t =>
  withFake(async (fake, team) => {
    const { feedback, clock, pass, settle } = replica(fake)
    team.pulls.push(...Array.from({ length: 8 }, (_, index) => fakePull(index + 3)))
    const began = clock.now()
    const at: number[] = []
    fake.onRequest = method => {
      if (method === 'POST') at.push(clock.now() - began)
    }
    feedback.note({
      kind: 'comment',
      repository,
      service,
      gone: [],
      previews: team.pulls.map(({ number }) => ({ ...up, number })),
    })
    await settle()
    await pass(60_000)
    t.same(
      at,
      Array.from({ length: 10 }, (_, index) => index * 1000),
    )
    feedback.close()
    feedback.note({ kind: 'comment', repository, service, gone: [1], previews: [] })
    await pass(60_000)
    t.equal(at.length, 10)
  }),
)
