import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../lib/config.js'
import { AlustanError } from '../lib/errors.js'
import { createFirstSights } from '../lib/github/first-sights.js'
import { createGitHubClient, type GitHubClientDeps } from '../lib/github/client.js'
import { listPullRequests } from '../lib/github/list-pull-requests.js'
import { createPullRequestLister } from '../lib/github/pull-request-lister.js'
import type { PullRequestList } from '../lib/github/pull-requests.js'
import { createQuota } from '../lib/github/quota.js'
import { gitHubToken } from '../lib/github/token.js'
import type { FakeGitHub, FakePull, GitHubFault } from './fake/github-state.js'
import { addRepository, fakePull, startFakeGitHub } from './fake/github.js'
import { virtualClock } from './virtual-clock.js'

const SECRET = 'ghp_canary-of-the-token'
const repository = { owner: 'team', name: 'app' }
/** A Service that has no copies yet. */
const ASKER = { service: 'apps/any', version: undefined }
const never = new AbortController().signal

async function withFake(run: (fake: FakeGitHub) => Promise<void>, pulls: FakePull[] = [fakePull(1)]): Promise<void> {
  const fake = await startFakeGitHub({ 'team/app': pulls })
  fake.tokens.set(SECRET, { login: 'alustan-bot', type: 'User', may: 'read' })
  await run(fake).finally(() => fake.close())
}

function listerOf(fake: FakeGitHub, more: Partial<GitHubClientDeps> & { intervalSeconds?: number } = {}) {
  const { intervalSeconds = 60, ...deps } = more
  const time = virtualClock(fetch)
  const client = createGitHubClient({
    fetch: time.fetch,
    onRequest: time.onRequest,
    now: time.clock.now,
    apiUrl: fake.url,
    token: async () => SECRET,
    limits: { requestMs: 2000 },
    ...deps,
  })
  const reports: (string | undefined)[] = []
  const lister = createPullRequestLister({
    client,
    intervalSeconds,
    clock: time.clock,
    onListing: ({ failure }) => reports.push(failure?.reason),
  })
  const read = async (name = 'app'): Promise<PullRequestList> => {
    const answer = lister.read({ owner: 'team', name }, ASKER)
    await time.settle()
    return answer
  }
  return { ...time, client, lister, read, reports }
}

async function reasonOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof AlustanError ? thrown.reason : String(thrown)),
  )
}

const pulls = (count: number, more: Partial<FakePull> = {}) =>
  Array.from({ length: count }, (_, index) => fakePull(index + 1, more))
const numbers = ({ pullRequests }: PullRequestList) => pullRequests?.map(({ number }) => number)

t.test('open pull requests are read with what previews need of them', t =>
  withFake(
    async fake => {
      const { read } = listerOf(fake)
      t.same(await read(), {
        pullRequests: [
          { number: 4, title: 'Forked', branch: 'x', sha: 'd'.repeat(40), isFork: true, labels: ['preview', 'b'] },
          { number: 3, title: 'No more', branch: 'gone', sha: 'c'.repeat(40), isFork: true, labels: [] },
          {
            number: 1,
            title: '<b>"Own"</b> 🎉',
            branch: 'Feature/Ä_1',
            sha: 'a'.repeat(40),
            isFork: false,
            labels: ['preview'],
          },
        ],
        failure: undefined,
        isTruncated: false,
        mayBeOlder: false,
      })
      t.match(fake.seen, [{ path: '/repos/team/app/pulls?state=open&sort=created&direction=desc&per_page=100&page=1' }])
      t.match(fake.seen[0]?.headers['user-agent'], /^alustan/)
    },
    [
      fakePull(1, { title: '<b>"Own"</b> 🎉', branch: 'Feature/Ä_1', sha: 'a'.repeat(40) }),
      fakePull(2, { state: 'closed' }),
      fakePull(3, { title: 'No more', branch: 'gone', sha: 'c'.repeat(40), from: 'deleted', labels: [] }),
      fakePull(4, { title: 'Forked', branch: 'x', sha: 'd'.repeat(40), from: 'fork', labels: ['preview', 'b'] }),
    ],
  ),
)

t.test('all pages are read, also where the last one is full', async t => {
  for (const [count, pages] of [
    [0, 1],
    [99, 1],
    [100, 2],
    [101, 2],
    [250, 3],
  ] as const) {
    await withFake(async fake => {
      const { read, pass } = listerOf(fake)
      const found = await read()
      t.equal(found.pullRequests?.length, count)
      t.equal(found.pullRequests?.[0]?.number, count === 0 ? undefined : count, 'newest first')
      fake.seen.length = 0
      await pass(60_000)
      t.same(
        fake.seen.map(({ status }) => status),
        Array.from({ length: pages }, () => 304),
        `${count}: nothing changed`,
      )
    }, pulls(count))
  }
})

t.test('a pull request that moves over the edge of a page while it is read is not missed', t =>
  withFake(async fake => {
    const { read } = listerOf(fake)
    const [all] = [fake.repositories.get('team/app')!.pulls]
    let requests = 0
    fake.onRequest = () => {
      // Between page 1 and page 2 the newest is closed: number 50 is then the last of page 1.
      if (++requests === 2) all.find(({ number }) => number === 150)!.state = 'closed'
    }
    t.same(
      numbers(await read()),
      Array.from({ length: 149 }, (_, index) => 149 - index),
    )
  }, pulls(150)),
)

t.test('a list that is different at each reading is no list, and the older one stays', t =>
  withFake(async fake => {
    const { read, pass, reports } = listerOf(fake)
    await read()
    fake.onRequest = () => {
      fake.repositories.get('team/app')!.pulls.forEach(pull => (pull.title += '.'))
    }
    await pass(60_000)
    fake.onRequest = () => undefined
    t.same(reports, [undefined, 'InvalidGitHubAnswer'])
    const known = await read()
    t.equal(known.pullRequests?.length, 150)
    t.match(known.failure?.message, /'team\/app': its pull requests change faster than they can be listed$/)
    await pass(60_000)
    t.match(await read(), { failure: undefined })
  }, pulls(150)),
)

t.test('more open pull requests than are kept are said to be more', t =>
  withFake(async fake => {
    const found = await listerOf(fake).read()
    t.equal(found.pullRequests?.length, 3000)
    t.equal(found.pullRequests?.[0]?.number, 3050)
    t.equal(found.isTruncated, true)
  }, pulls(3050)),
)

type Fail = [why: string, fault: GitHubFault, hasToken: boolean, reason: string, message: RegExp]
const status = (code: number, headers: Record<string, string> = {}, message = 'no'): GitHubFault => ({
  kind: 'status',
  status: code,
  headers,
  message,
})
const failures: Fail[] = [
  ['it hangs up', { kind: 'refuse' }, true, 'GitHubUnreachable', /cannot be reached \(UND_ERR_SOCKET\)$/],
  ['it never answers', { kind: 'blackhole' }, true, 'GitHubTimeout', /did not answer in time$/],
  ['it is too slow', { kind: 'slow', ms: 10_000 }, true, 'GitHubTimeout', /did not answer in time$/],
  ['it is down', status(502), true, 'GitHubUnreachable', /answers with status 502$/],
  ['it is being repaired', status(503), true, 'GitHubUnreachable', /answers with status 503$/],
  ['a page of HTML is no empty list', { kind: 'html' }, true, 'InvalidGitHubAnswer', /no list of pull requests$/],
  ['an answer breaks off', { kind: 'truncated' }, true, 'InvalidGitHubAnswer', /breaks off in the middle/],
  ['fields are of a wrong type', { kind: 'wrongJson' }, true, 'InvalidGitHubAnswer', /no list of pull requests$/],
  [
    'an answer without end',
    { kind: 'huge', bytes: 17 * 2 ** 20 },
    true,
    'InvalidGitHubAnswer',
    /more than 16777216 bytes$/,
  ],
  ['nothing where a list should be', status(204), true, 'InvalidGitHubAnswer', /status 204$/],
  ['a status that nobody knows', status(418), true, 'InvalidGitHubAnswer', /status 418$/],
  ['a repository that a court blocked', status(451), true, 'InvalidGitHubAnswer', /status 451$/],
  [
    'the token is revoked',
    status(401),
    true,
    'GitHubAuthenticationFailed',
    /expired or revoked; put a new one in GITHUB_TOKEN/,
  ],
  [
    'GitHub Enterprise answers nobody',
    status(401),
    false,
    'GitHubAuthenticationFailed',
    /needs a token; set GITHUB_TOKEN/,
  ],
  [
    'the token lacks the permission',
    status(403),
    true,
    'GitHubForbidden',
    /list pull requests of 'team\/app'; give the token the permission 'Pull requests: read'/,
  ],
  ['nobody may', status(403), false, 'GitHubForbidden', /set GITHUB_TOKEN/],
  [
    'not there, for this token',
    status(404),
    true,
    'GitRepositoryNotFound',
    /no repository 'team\/app' that the token may use; check gitOwner and gitRepo/,
  ],
  [
    'not there, or private',
    status(404),
    false,
    'GitRepositoryNotFound',
    /no public repository 'team\/app'.* set GITHUB_TOKEN if it is private$/,
  ],
  [
    'too often, for the hour',
    status(403, { 'x-ratelimit-remaining': '0' }),
    true,
    'GitHubRateLimited',
    /left alone for as long as it asked$/,
  ],
  ['too often, without a token', status(429), false, 'GitHubRateLimited', /a token raises the limit: set GITHUB_TOKEN/],
  ['too fast', status(403, { 'retry-after': '30' }), true, 'GitHubRateLimited', /limits how often/],
  [
    'too fast, said in words',
    status(403, {}, 'You have exceeded a secondary rate limit'),
    true,
    'GitHubRateLimited',
    /limits how often/,
  ],
  ['sent elsewhere', { kind: 'foreignRedirect' }, true, 'InvalidGitHubAnswer', /redirects to where it must not$/],
  ['sent round in a circle', { kind: 'redirectLoop' }, true, 'InvalidGitHubAnswer', /redirects too often$/],
]
for (const [why, fault, hasToken, reason, message] of failures) {
  t.test(`${why}: what was known stays, the failure has the same bytes each time, and it mends by itself`, t =>
    withFake(async fake => {
      const token = hasToken ? SECRET : undefined
      const time = listerOf(fake, {
        token: async () => token,
        limits: { requestMs: fault.kind === 'blackhole' || fault.kind === 'slow' ? 50 : 2000 },
      })
      await time.read()
      fake.fault = fault
      await time.pass(70_000)
      const first = await time.read()
      t.same(numbers(first), [1])
      t.equal(first.failure?.reason, reason)
      t.match(first.failure?.message, message)
      t.ok(first.failure?.message.startsWith(`GitHub '${fake.host}' `))
      await time.pass(3_600_000)
      const second = await time.read()
      t.equal(second.failure?.message, first.failure?.message, 'same fault, same bytes')
      fake.fault = undefined
      await time.pass(90_000_000)
      await time.read()
      await time.pass(200_000)
      t.match(await time.read(), { failure: undefined, pullRequests: [{ number: 1 }] })
      t.ok(!fake.seen.some(({ authorization }) => (authorization === undefined) === hasToken))
      t.ok(!`${first.failure?.stack} ${JSON.stringify(first.failure)}`.includes(SECRET), 'no secret')
      time.lister.close()
    }),
  )
}

t.test('a failure on a later page fails the list', t =>
  withFake(async fake => {
    const { client } = listerOf(fake)
    fake.fault = { kind: 'latePage' }
    t.equal(await reasonOf(listPullRequests(client, repository, undefined, never)), 'GitHubUnreachable')
  }, pulls(120)),
)

t.test('a renamed repository is followed', t =>
  withFake(async fake => {
    fake.repositories.get('team/app')!.renamedTo = 'team/new'
    addRepository(fake, 'team/new', [fakePull(7)])
    t.same(numbers(await listerOf(fake).read()), [7])
    t.same(
      fake.seen.map(({ status }) => status),
      [301, 200],
    )
  }),
)

t.test('a GitHub Enterprise Server is asked below its path, and followed within it', t =>
  withFake(async fake => {
    addRepository(fake, 'team/new', pulls(3))
    fake.repositories.get('team/app')!.renamedTo = 'team/new'
    const paths: string[] = []
    const enterprise: typeof fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      paths.push(url.pathname)
      url.pathname = url.pathname.replace('/api/v3', '')
      const answer = await fetch(url, init)
      const location = answer.headers.get('location')?.replace(fake.url, `${fake.url}/api/v3`)
      return new Response(await answer.text(), {
        status: answer.status,
        headers: { ...Object.fromEntries(answer.headers), ...(location && { location }) },
      })
    }
    const { read } = listerOf(fake, { apiUrl: `${fake.url}/api/v3`, fetch: enterprise })
    t.same(numbers(await read()), [3, 2, 1])
    t.match(paths, [/^\/api\/v3\/repos\/team\/app\/pulls$/, /^\/api\/v3\/repositories\/\d+\/pulls$/])
  }),
)

t.test('names that would lead to another path are asked of nobody', t =>
  withFake(async fake => {
    const { client } = listerOf(fake)
    for (const name of ['..', '.', '']) {
      t.equal(
        await reasonOf(listPullRequests(client, { owner: 'team', name }, undefined, never)),
        'GitRepositoryNotFound',
      )
    }
    t.same(fake.seen, [])
  }),
)

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

t.test('a first read waits a second at most, and nothing known is not an empty list', t =>
  withFake(async fake => {
    const { lister, settle, pass } = listerOf(fake, { fetch: () => new Promise(() => undefined) })
    const first = lister.read(repository, ASKER)
    await settle()
    await pass(999)
    t.equal(await Promise.race([first, Promise.resolve('waits')]), 'waits')
    await pass(1)
    t.same(await first, { pullRequests: undefined, failure: undefined, isTruncated: false, mayBeOlder: false })
  }),
)

t.test('500 Services over 5 repositories: one list each per interval, and 304 when nothing changed', async t => {
  const fake = await startFakeGitHub()
  fake.tokens.set(SECRET, { login: 'bot', type: 'User', may: 'read' })
  const pages = [1, 1, 1, 2, 3]
  pages.forEach((count, index) => addRepository(fake, `team/app-${index}`, pulls(count * 100 - 50)))
  const { lister, pass, settle } = listerOf(fake)
  const intervals = 30
  for (let interval = 0; interval < intervals; interval++) {
    const reads = Array.from({ length: 500 }, (_, index) =>
      lister.read({ owner: 'team', name: `app-${index % 5}` }, { service: `${index}`, version: '1' }),
    )
    await settle()
    t.equal((await Promise.all(reads)).filter(({ pullRequests }) => pullRequests === undefined).length, 0)
    if (interval === 0) fake.seen.length = 0
    await pass(60_000)
  }
  lister.close()
  const perInterval = fake.seen.length / intervals
  const unchanged = fake.seen.filter(({ status }) => status === 304).length / fake.seen.length
  // 3 % more than 8 pages: the interval less half of its jitter.
  t.ok(perInterval >= 8 && perInterval <= 8.5, `${perInterval} lists per interval`)
  t.ok(unchanged >= 0.95, `${unchanged * 100} % are 304`)
  t.equal([...fake.spent.values()][0], 5 + 3 + 3 - 3, 'what did not change cost nothing')
  await fake.close()
})

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

t.test('a list counts against copies only if it was begun after they were first seen as they are', t =>
  withFake(async fake => {
    const { lister, read, pass, settle } = listerOf(fake)
    const mayBeOlder = async (version: string | undefined, service = 'apps/web') =>
      (await lister.read(repository, { service, version })).mayBeOlder
    const first = lister.read(repository, { service: 'apps/web', version: '1' })
    await settle()
    t.notOk((await first).mayBeOlder, 'the first list is begun by the one who asks')
    t.notOk(await mayBeOlder('1'))
    t.ok(await mayBeOlder('2'), 'another replica may have changed the copies by a newer list')
    t.ok(await mayBeOlder('2'))
    t.ok(await mayBeOlder('2', 'apps/other'), 'each Service has copies of its own')
    t.notOk(await mayBeOlder(undefined, 'apps/new'), 'without any copy there is nothing to be older than')
    await pass(5000)
    t.equal(fake.seen.length, 2, 'the next list was brought forward')
    t.notOk(await mayBeOlder('2'))
    t.ok(await mayBeOlder('1'), 'a version that comes back is a new sight: no one knows what was in between')
    fake.fault = { kind: 'status', status: 502 }
    await pass(120_000)
    t.ok(await mayBeOlder('1'), 'an outage proves nothing')
    fake.fault = undefined
    await pass(600_000)
    t.match(await read(), { failure: undefined })
    t.notOk(await mayBeOlder('1'))
  }),
)

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

t.test('whose version is forgotten counts as seen for the first time', async t => {
  const firstSight = createFirstSights(2)
  t.equal(firstSight('a', '1', 1), 1)
  t.equal(firstSight('b', '1', 2), 2)
  t.equal(firstSight('a', '1', 3), 1)
  t.equal(firstSight('c', '1', 3), 3)
  t.equal(firstSight('b', '1', 4), 2)
  t.equal(firstSight('a', '1', 4), 4)
})

t.test('a repository that nobody asks for is forgotten', t =>
  withFake(async fake => {
    const { read, pass } = listerOf(fake)
    await read()
    await pass(1_200_000)
    const before = fake.seen.length
    await pass(3_600_000)
    t.equal(fake.seen.length, before)
    t.match(await read(), { pullRequests: [{ number: 1 }] })
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

t.test('a token from a file is read again when it changes', async t => {
  const path = join(t.testdir({ token: `${SECRET}\n` }), 'token')
  const faults: string[] = []
  const token = gitHubToken({ githubToken: undefined, githubTokenPath: path }, ({ message }) => faults.push(message))
  t.equal(await token(), SECRET)
  await writeFile(path, 'another-one')
  t.equal(await token(), 'another-one')
  for (const bad of ['', 'two words', `${SECRET}\u0000x`, 'ключ-token']) {
    await writeFile(path, bad)
    t.equal(await token(), 'another-one', 'the older one stays')
  }
  t.same(faults, [`file '${path}' holds no GitHub token; write the token and nothing else`])
  const missing = gitHubToken({ githubToken: undefined, githubTokenPath: `${path}.no` }, ({ message }) =>
    faults.push(message),
  )
  t.equal(await missing(), undefined)
  t.match(faults[1], /cannot be read \(ENOENT\); check GITHUB_TOKEN_FILE$/)
  t.equal(await gitHubToken({ githubToken: 'x', githubTokenPath: undefined }, () => undefined)(), 'x')
})

t.test('a fault of our own is told with its cause and ends nothing', t =>
  withFake(async fake => {
    const { read } = listerOf(fake, {
      token: async () => SECRET,
      fetch: () => {
        throw new AlustanError('InternalError', 'x')
      },
    })
    t.match(await read(), { pullRequests: undefined, failure: { reason: 'InternalError' } })
  }),
)

t.test('what the environment says of GitHub is checked in a line, and no secret is in it', async t => {
  const rows: [why: string, env: Record<string, string>, fault: RegExp | undefined][] = [
    ['nothing said', {}, undefined],
    ['a GitHub Enterprise Server', { GITHUB_API_URL: 'https://github.example.com/api/v3/' }, undefined],
    [
      'both ways to give a token',
      { GITHUB_TOKEN: SECRET, GITHUB_TOKEN_FILE: '/x' },
      /GITHUB_TOKEN and GITHUB_TOKEN_FILE are both set; unset one$/,
    ],
    [
      'a token with a line end',
      { GITHUB_TOKEN: `${SECRET}\n` },
      /: GITHUB_TOKEN has characters that no token has; write the token and nothing else$/,
    ],
    [
      'a URL without scheme',
      { GITHUB_API_URL: 'github.example.com' },
      /: GITHUB_API_URL is no http\(s\) URL; write it like https:\/\/HOST$/,
    ],
    [
      'another scheme',
      { GITHUB_API_URL: 'ssh://git@github.com' },
      /: GITHUB_API_URL is no http\(s\) URL; write it like https:\/\/HOST$/,
    ],
    [
      'a password in the URL',
      { GITHUB_API_URL: `https://me:${SECRET}@github.com` },
      /GITHUB_API_URL must have no user, password, query or fragment$/,
    ],
    [
      'a query in the URL',
      { GITHUB_API_URL: `https://github.com/?token=${SECRET}` },
      /GITHUB_API_URL must have no user/,
    ],
    [
      'an interval of nothing',
      { PREVIEW_SYNC_INTERVAL: '0s' },
      /PREVIEW_SYNC_INTERVAL '0s' is no duration from 1s to 480h/,
    ],
  ]
  for (const [why, env, fault] of rows) {
    const message = (() => {
      try {
        t.match(parseConfig(env).githubApiUrl, /^https:.*[^/]$/, why)
        return undefined
      } catch (thrown) {
        return thrown instanceof AlustanError ? thrown.message : thrown
      }
    })()
    if (fault === undefined) t.equal(message, undefined, why)
    else t.match(message, fault, why)
    t.notOk(String(message).includes(SECRET), `${why}: no secret`)
  }
})
