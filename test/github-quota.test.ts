import t from 'tap'
import { createQuota } from '../lib/github/quota.js'
import { addRepository, fakePull, startFakeGitHub } from './fake/github.js'
import { listerOf, pulls, repository, SECRET, status, withFake } from './github-lister.js'

t.test('a host that limits is left alone by all repositories, until it may be asked again', t =>
  withFake(async fake => {
    addRepository(fake, 'team/other', [fakePull(2)])
    const { read, pass } = listerOf(fake)
    await read()
    fake.fault = status(403, { 'retry-after': '600' })
    await pass(60_000)
    fake.fault = undefined
    const before = fake.seen.length
    for (let minute = 0; minute < 9; minute++) {
      t.match(await read('other'), { pullRequests: undefined, failure: { reason: 'GitHubRateLimited' } })
      t.match(await read(), { pullRequests: [{ number: 1 }], failure: { reason: 'GitHubRateLimited' } })
      await pass(60_000)
    }
    t.equal(fake.seen.length, before)
    await pass(180_000)
    t.match(await read('other'), { pullRequests: [{ number: 2 }], failure: undefined })
    t.match(await read(), { failure: undefined })
  }),
)

t.test('a new token is not bound by what the old one spent, and asks with no tag of it', t =>
  withFake(async fake => {
    let token = SECRET
    fake.tokens.set('second', { login: 'two', type: 'User', may: 'read' })
    const { read, pass } = listerOf(fake, { token: async () => token })
    await read()
    fake.limits.token = 1
    fake.repositories.get('team/app')!.pulls.push(fakePull(2))
    await pass(60_000)
    t.match(await read(), { failure: { reason: 'GitHubRateLimited' } })
    token = 'second'
    await read()
    await pass(60_000)
    t.match(await read(), { failure: undefined, pullRequests: [{ number: 2 }, { number: 1 }] })
    t.equal(fake.seen.at(-1)?.headers['if-none-match'], undefined)
  }),
)

t.test('without a token the interval fits into 60 requests an hour over all repositories', async t => {
  const fake = await startFakeGitHub()
  for (let index = 0; index < 4; index++) addRepository(fake, `team/app-${index}`, pulls(3))
  const { read, pass, reports } = listerOf(fake, { token: async () => undefined })
  for (let minute = 0; minute < 60; minute++) {
    for (let index = 0; index < 4; index++) t.match((await read(`app-${index}`)).pullRequests, { length: 3 })
    await pass(60_000)
  }
  t.ok(fake.seen.length > 40 && fake.seen.length <= 60, `${fake.seen.length} requests in the hour`)
  t.notOk(reports.some(reason => reason !== undefined))
  await fake.close()
})

t.test('lists are not brought forward faster than the quota lasts', t =>
  withFake(async fake => {
    const { lister, read, pass } = listerOf(fake, { token: async () => undefined })
    await read()
    for (let version = 1; version < 600; version++) {
      await lister.read(repository, { service: 'apps/web', version: String(version) })
      await pass(5000)
    }
    t.ok(fake.seen.length <= 50, `${fake.seen.length} requests in 50 minutes`)
  }),
)

t.test('a quota is kept to by the clock of GitHub, not by ours', async t => {
  const now = 0
  const answer = (status: number, headers: Record<string, string>, body = '') => ({
    status,
    headers: new Headers(headers),
    body,
  })
  const date = 'Fri, 02 Jan 2026 03:00:00 GMT'
  const reset = String(Date.parse(date) / 1000 + 600)
  const window = (limit: number, remaining: number) => ({
    date,
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': reset,
  })
  type Row = [
    why: string,
    isAnonymous: boolean,
    answers: Parameters<ReturnType<typeof createQuota>['note']>[0][],
    blocked: number,
    pace: number,
  ]
  const rows: Row[] = [
    ['nothing known, with a token', false, [], 0, 0],
    ['nothing known, without one', true, [], 0, 66_667],
    ['plenty left', false, [answer(200, window(5000, 4000))], 0, 0],
    ['the last one is spent', false, [answer(200, window(5000, 0))], 600_000, 600_000],
    ['scarce: what is left lasts to the end', false, [answer(200, window(5000, 1100))], 0, 1000],
    ['refused at the end of the quota', false, [answer(403, window(5000, 0))], 600_000, 600_000],
    ['retry-after says it', false, [answer(429, { 'retry-after': '17' })], 17_000, 0],
    ['retry-after 0 is no invitation', false, [answer(403, { 'retry-after': '0' })], 1000, 0],
    ['retry-after garbled', false, [answer(403, { 'retry-after': 'soon' })], 60_000, 0],
    [
      'a secondary limit in words',
      false,
      [answer(403, window(5000, 4000), 'exceeded a secondary rate limit')],
      60_000,
      0,
    ],
    ['and again: twice as long', false, [answer(429, {}), answer(429, {})], 120_000, 0],
    ['forbidden is no limit', false, [answer(403, window(5000, 4000))], 0, 0],
    ['an Enterprise Server without limits', true, [answer(200, {})], 0, 0],
    ['an error page says nothing of limits', true, [answer(502, {})], 0, 66_667],
    ['garbled headers', false, [answer(200, { ...window(5000, 4000), 'x-ratelimit-remaining': '-1' })], 0, 0],
    ['a limit of none', false, [answer(200, window(0, 0))], 0, 0],
    [
      'a wait of years is none',
      false,
      [answer(200, { ...window(5000, 0), 'x-ratelimit-reset': '99999999999' })],
      86_400_000,
      -1,
    ],
  ]
  for (const [why, isAnonymous, answers, blocked, pace] of rows) {
    const quota = createQuota(isAnonymous, () => now)
    for (const one of answers) quota.note(one)
    t.equal(quota.blockedMs(), blocked, why)
    if (pace >= 0) t.equal(Math.round(quota.paceMs()), pace, why)
  }
})
