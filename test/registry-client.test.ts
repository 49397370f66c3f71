import { createServer } from 'node:http'
import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { close, listen } from './fake/listen.js'
import { createRegistryClient, type ClientDeps } from '../lib/registry/client.js'
import type { Clock } from '../lib/refresh/clock.js'
import type { ContainerRegistry } from '../lib/registry/container-registry.js'
import type { Credentials } from '../lib/registry/docker-config.js'
import { imageRepository } from '../lib/registry/reference.js'
import { createScanner } from '../lib/registry/scanner.js'
import { startFakeRegistry, type Fault, type FakeRegistry } from './fake/registry.js'

const endpoints = { dockerRegistryUrl: '', ghcrUrl: '', allowedRegistryHosts: [] }
const never = new AbortController().signal
const secret = 'pa:ss-word'
const password: Credentials = { kind: 'password', username: 'user', password: secret }

function image(host: string, imageName = 'team/app'): ContainerRegistry {
  return { provider: 'generic', host, imageName, semanticVersion: '*', includePrereleases: false }
}

function lister(fake: { host: string }, deps: Partial<ClientDeps> & { use?: Credentials } = {}) {
  let now = 0
  const client = createRegistryClient({
    fetch,
    now: () => now,
    credentials: async () => deps.use,
    ...deps,
    limits: { requestMs: 5000, ...deps.limits },
  })
  const repository = imageRepository(image(fake.host), endpoints)
  return {
    client,
    repository,
    list: () => client.listTags(repository, never),
    pass: (ms: number) => {
      now += ms
    },
  }
}

async function withFake(
  run: (fake: FakeRegistry) => Promise<void>,
  tags = ['1.0.0', '1.1.0', 'latest'],
): Promise<void> {
  const fake = await startFakeRegistry({ 'team/app': tags })
  await run(fake).finally(() => fake.close())
}

async function failureOf(promise: Promise<unknown>): Promise<AlustanError> {
  const thrown: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (cause: unknown) => cause,
  )
  if (thrown instanceof AlustanError) return thrown
  throw thrown
}

t.test('all pages are read, and what is no version is left out', () =>
  withFake(
    async fake => {
      fake.pageSize = 100
      const { list } = lister(fake)
      const { tags, isTruncated } = await list()
      t.equal(tags.length, 2500)
      t.equal(isTruncated, false)
      t.equal(fake.counts.page, 26)
      t.match(fake.seen[0], { path: '/v2/team/app/tags/list?n=1000', userAgent: /^alustan/, authorization: undefined })
    },
    [...Array.from({ length: 2500 }, (_, index) => `1.${index}.0`), 'latest', 'sha-123'],
  ),
)

const faults: [fault: Fault, reason: string, why: string][] = [
  [{ kind: 'refuse' }, 'RegistryUnreachable', 'the connection is closed at once'],
  [{ kind: 'blackhole' }, 'RegistryTimeout', 'no answer ever'],
  [{ kind: 'slow', ms: 10_000 }, 'RegistryTimeout', 'an answer that comes too late'],
  [{ kind: 'status', status: 401 }, 'AuthenticationFailed', 'a 401 without challenge'],
  [{ kind: 'status', status: 403 }, 'AuthenticationFailed', 'forbidden'],
  [{ kind: 'status', status: 404 }, 'ImageNotFound', 'no such image'],
  [{ kind: 'status', status: 405 }, 'InvalidRegistryAnswer', 'a status that nobody foresees'],
  [{ kind: 'status', status: 429 }, 'RateLimited', 'too many requests'],
  [{ kind: 'status', status: 500 }, 'RegistryUnreachable', 'out of order'],
  [{ kind: 'status', status: 503, retryAfter: '5' }, 'RateLimited', 'out of order, and says for how long'],
  [{ kind: 'html' }, 'InvalidRegistryAnswer', "a proxy's page to sign in"],
  [{ kind: 'truncated' }, 'InvalidRegistryAnswer', 'half an answer'],
  [{ kind: 'wrongJson' }, 'InvalidRegistryAnswer', 'JSON of another shape'],
  [{ kind: 'garbledLink' }, 'InvalidRegistryAnswer', 'a next page that cannot be read is not the last page'],
  [{ kind: 'linkLoop' }, 'InvalidRegistryAnswer', 'pages in a circle'],
  [{ kind: 'foreignLink' }, 'InvalidRegistryAnswer', 'a next page on another host'],
  [{ kind: 'lateForbidden' }, 'AuthenticationFailed', 'a later page fails: half a list is no list'],
  [{ kind: 'huge', bytes: 200_000 }, 'InvalidRegistryAnswer', 'an answer without end'],
]

for (const [fault, reason, why] of faults) {
  t.test(`a registry that fails is a failure, never an empty list: ${why}`, t =>
    withFake(async fake => {
      fake.pageSize = 1
      fake.fault = fault
      const limits = {
        requestMs: fault.kind === 'blackhole' || fault.kind === 'slow' ? 100 : 5000,
        maxPageBytes: 100_000,
      }
      const first = await failureOf(lister(fake, { limits }).list())
      const second = await failureOf(lister(fake, { limits, use: password }).list())
      t.equal(first.reason, reason)
      t.match(first.message, fake.host, 'the message names the registry')
      t.equal(second.message.includes(secret), false)
      const again = await failureOf(lister(fake, { limits }).list())
      t.equal(again.message, first.message, 'same fault, same text')
    }),
  )
}

t.test('a registry that is not there cannot be reached', async t => {
  const server = createServer()
  const url = await listen(server)
  await close(server)
  const { list } = lister({ host: new URL(url).host })
  t.match(await failureOf(list()), { reason: 'RegistryUnreachable', message: /cannot be reached \(ECONNREFUSED\)/ })
})

t.test('null is how some registries write an empty list', t =>
  withFake(async fake => {
    fake.fault = { kind: 'nullTags' }
    t.match(await lister(fake).list(), { tags: [], texts: new Set(), isTruncated: false, pages: 1 })
  }),
)

t.test('tags that are no versions are told apart from versions, and are bounded alike', t =>
  withFake(async fake => {
    fake.repositories.set('team/app', ['latest', 'pr-7-abc1234', '1.0.0', `x${'y'.repeat(128)}`])
    const { tags, texts } = await lister(fake).list()
    t.same(
      tags.map(({ text }) => text),
      ['1.0.0'],
    )
    t.same(texts, new Set(['latest', 'pr-7-abc1234', '1.0.0']), 'and none that is longer than tags are')
    t.equal((await lister(fake, { limits: { maxTags: 1 } }).list()).texts.size, 2, 'one of each')
  }),
)

t.test('endless pages end at the cap of tags or of pages, and say so', t =>
  withFake(async fake => {
    fake.fault = { kind: 'endlessPages' }
    fake.pageSize = 10
    const some = await lister(fake, { limits: { maxTags: 95 } }).list()
    t.match({ length: some.tags.length, isTruncated: some.isTruncated }, { length: 95, isTruncated: true })
    const pages = await lister(fake, { limits: { maxPages: 3 } }).list()
    t.match({ length: pages.tags.length, isTruncated: pages.isTruncated }, { length: 30, isTruncated: true })
  }),
)

t.test('a scan has one budget for all its pages', t =>
  withFake(async fake => {
    fake.fault = { kind: 'slow', ms: 60 }
    fake.pageSize = 1
    const { list } = lister(fake, { now: () => performance.now(), limits: { scanMs: 90 } })
    t.equal((await failureOf(list())).reason, 'RegistryTimeout')
  }),
)

t.test('a host that limits requests is left alone for as long as it asks', t =>
  withFake(async fake => {
    const date = new Date(Date.now() + 120_000).toUTCString()
    for (const [retryAfter, least, most] of [
      [undefined, 60_000, 60_000],
      ['7', 7000, 7000],
      ['0', 1000, 1000],
      [date, 110_000, 120_000],
    ] as const) {
      const { client, repository, list, pass } = lister(fake)
      fake.fault = { kind: 'status', status: 429, ...(retryAfter !== undefined && { retryAfter }) }
      const before = fake.counts.page
      await failureOf(list())
      const wait = client.blockedMs(repository)
      t.ok(wait >= least && wait <= most, `Retry-After ${String(retryAfter)}: ${wait} ms`)
      t.equal((await failureOf(list())).reason, 'RateLimited')
      t.equal(fake.counts.page, before + 1, 'it was not asked again')
      fake.fault = undefined
      pass(wait)
      t.equal((await list()).tags.length, 2, 'then it is')
    }
  }),
)

t.test('credentials are shown as the challenge wants them', async t => {
  await t.test('Basic', t =>
    withFake(async fake => {
      fake.access = { kind: 'basic', username: 'user', password: secret }
      const { list } = lister(fake, { use: password })
      t.equal((await list()).tags.length, 2)
      await list()
      t.equal(fake.counts.challenge, 1, 'asked for once')
      const none = await failureOf(lister(fake).list())
      t.match(none, { reason: 'AuthenticationFailed', message: /needs credentials/ })
      const held = await failureOf(
        lister(fake, { credentials: async () => ({ kind: 'helper', program: 'docker-credential-desktop' }) }).list(),
      )
      t.match(held, { reason: 'AuthenticationFailed', message: /needs .* the password to 'docker-credential-desktop'/ })
      const wrong = await failureOf(lister(fake, { use: { ...password, password: 'wrong' } }).list())
      t.match(wrong, { reason: 'AuthenticationFailed', message: /refuses to list/ })
    }),
  )
  await t.test('a token for everybody, kept until it expires', t =>
    withFake(async fake => {
      fake.access = { kind: 'token', expiresIn: 300 }
      const { list, pass } = lister(fake)
      await list()
      await list()
      t.equal(fake.counts.token, 1)
      t.match(fake.seen[1]?.path, '/token?service=fake&scope=repository%3Ateam%2Fapp%3Apull')
      pass(301_000)
      await list()
      t.equal(fake.counts.token, 2)
    }),
  )
  await t.test('a token for a password', t =>
    withFake(async fake => {
      fake.access = { kind: 'token', password: { username: 'user', password: secret }, field: 'access_token' }
      t.equal((await lister(fake, { use: password }).list()).tags.length, 2)
      const wrong = await failureOf(lister(fake, { use: { ...password, password: 'wrong' } }).list())
      t.match(wrong, { reason: 'AuthenticationFailed', message: /gives no token \(401\)/ })
    }),
  )
  await t.test('a token for an identity token', t =>
    withFake(async fake => {
      fake.access = { kind: 'token', identityToken: 'id' }
      t.equal((await lister(fake, { use: { kind: 'identityToken', token: 'id' } }).list()).tags.length, 2)
    }),
  )
  await t.test('nothing is sent to a token service of strangers', t =>
    withFake(async fake => {
      fake.access = { kind: 'token', realm: 'https://auth.attacker.example/token' }
      const asked: string[] = []
      const spy: typeof fetch = (input, init) => {
        asked.push(input instanceof URL ? input.host : '')
        return fetch(input, init)
      }
      const failure = await failureOf(lister(fake, { use: password, fetch: spy }).list())
      t.match(failure, { reason: 'AuthenticationFailed', message: /auth\.attacker\.example', which is not trusted/ })
      t.same(asked, [fake.host])
    }),
  )
  await t.test('a redirect to another origin gets no credentials', t =>
    withFake(async fake => {
      const other = await startFakeRegistry({ 'team/app': ['3.0.0'] })
      fake.access = { kind: 'basic', username: 'user', password: secret }
      const { list } = lister(fake, { use: password })
      await list()
      fake.fault = { kind: 'redirect', to: other.url }
      t.match((await list()).tags, [{ text: '3.0.0' }])
      t.equal(other.seen[0]?.authorization, undefined)
      other.access = { kind: 'basic', username: 'user', password: secret }
      t.equal((await failureOf(list())).reason, 'AuthenticationFailed', 'nor when it asks for them')
      t.ok(other.seen.every(({ authorization }) => authorization === undefined))
      await other.close()
    }),
  )
})

/** A clock that moves only when it is told to. */
function manualClock() {
  let now = 0
  let timers: { at: number; callback: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    random: () => 0.5,
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.push(timer)
      return () => {
        timers = timers.filter(other => other !== timer)
      }
    },
  }
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))
  return {
    clock,
    settle,
    timers: () => timers.length,
    pass: async (ms: number) => {
      const end = now + ms
      for (;;) {
        const [next] = timers.sort((a, b) => a.at - b.at)
        if (next === undefined || next.at > end) break
        timers = timers.filter(other => other !== next)
        now = Math.max(now, next.at)
        next.callback()
        await settle()
      }
      now = end
    },
  }
}

/** A scanner over a client that answers from `tags`, counting scans. */
function scannerOf(tags: string[]) {
  const time = manualClock()
  const state = {
    tags,
    failure: undefined as AlustanError | undefined,
    blockedMs: 0,
    scans: 0,
    isTruncated: false,
    hangs: false,
  }
  const scanner = createScanner({
    clock: time.clock,
    client: {
      blockedMs: () => state.blockedMs,
      async listTags() {
        state.scans++
        if (state.hangs) await new Promise(() => undefined)
        if (state.failure) throw state.failure
        return {
          tags: state.tags.map(text => ({ text, major: 1, minor: 0, patch: 0, prerelease: [] })),
          texts: new Set(state.tags),
          isTruncated: state.isTruncated,
          pages: 1,
          others: { count: 0, examples: [] },
        }
      },
    },
  })
  const read = (intervalSeconds = 300, running?: string, name = 'team/app', requestedAt?: string) =>
    scanner.read(imageRepository(image('registry.example.com', name), endpoints), intervalSeconds, {
      runningTag: running,
      requestedAt,
    })
  return { ...time, state, scanner, read }
}

t.test('an image is scanned once however many ask, and again at its interval', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  const scans = await Promise.all(Array.from({ length: 100 }, () => read()))
  t.ok(scans.every(({ tags }) => tags?.length === 1))
  t.equal(state.scans, 1)
  await pass(290_000)
  t.equal(state.scans, 1)
  await pass(2000)
  t.equal(state.scans, 2, 'the interval less half of its jitter of 6 %')
})

t.test('1,000 Services on 10 images cost 10 scans an interval', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  const intervals = 100
  for (let interval = 0; interval < intervals; interval++) {
    for (let service = 0; service < 1000; service++) await read(300, undefined, `team/app-${service % 10}`)
    await pass(300_000)
  }
  const ratio = state.scans / (10 * intervals)
  t.ok(ratio <= 1.05, `${ratio} of the ideal number`)
})

t.test('the shorter interval of those who ask wins, as long as they ask', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  await read(21_600)
  await read(300)
  await pass(300_000)
  t.equal(state.scans, 2)
  await pass(1_200_000)
  const before = state.scans
  await pass(10_000_000)
  t.equal(state.scans, before, 'only the longer one is left')
  await pass(12_000_000)
  t.equal(state.scans, before + 1)
})

t.test('an image that nobody asks for is forgotten', async t => {
  const { state, read, pass, timers } = scannerOf(['1.0.0'])
  await read()
  await pass(3_600_000)
  t.ok(state.scans <= 5)
  t.equal(timers(), 0)
  await read()
  t.equal(timers(), 1, 'and scanned again when asked for')
})

t.test('after a failure the older tags stay, and pauses grow up to the interval', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  await read()
  state.failure = new AlustanError('RegistryUnreachable', 'down')
  await pass(300_000)
  t.match(await read(), { tags: [{ text: '1.0.0' }], failure: { reason: 'RegistryUnreachable' } })
  const before = state.scans
  for (let minute = 0; minute < 60; minute++) {
    await pass(60_000)
    await read()
  }
  t.ok(state.scans - before <= 22, `${state.scans - before} scans in the hour`)
  state.failure = undefined
  await pass(300_000)
  t.match(await read(), { failure: undefined })
})

t.test('a refusal is not asked again soon, and a blocked host not before its time', async t => {
  const { state, read, pass } = scannerOf([])
  state.failure = new AlustanError('AuthenticationFailed', 'no')
  t.match(await read(), { tags: undefined, failure: { reason: 'AuthenticationFailed' } })
  await pass(20_000)
  t.equal(state.scans, 1)
  state.failure = new AlustanError('RateLimited', 'slow down')
  state.blockedMs = 3_600_000
  await pass(60_000)
  const before = state.scans
  for (let minute = 0; minute < 59; minute++) {
    await pass(60_000)
    state.blockedMs -= 60_000
    await read()
  }
  t.equal(state.scans, before)
})

t.test('a first read waits a second at most, and nothing known is not an empty list', async t => {
  const { state, read, pass, settle } = scannerOf([])
  state.hangs = true
  const first = read()
  await settle()
  await pass(999)
  await pass(1)
  t.same(await first, { tags: undefined, failure: undefined, isTruncated: false, isRunningTagGone: false })
})

t.test('a running tag is gone only after a whole scan that began after it was missed', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false }, 'this list may be older than the tag')
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false })
  t.equal(state.scans, 1)
  await pass(30_000)
  t.equal(state.scans, 2, 'a scan was brought forward')
  t.match(await read(300, '1.1.0'), { isRunningTagGone: true })
  t.match(await read(300, '1.0.0'), { isRunningTagGone: false }, 'a listed tag is there')
  state.tags = ['1.0.0', '1.1.0']
  await pass(300_000)
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false }, 'it is back')
  state.isTruncated = true
  state.tags = ['1.0.0']
  await pass(300_000)
  await read(300, '1.1.0')
  await pass(300_000)
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false }, 'a part of a list proves nothing')
  state.failure = new AlustanError('RegistryUnreachable', 'down')
  await pass(600_000)
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false }, 'nor does an outage')
})

t.test(
  'a request of a user brings the next scan forward, once, however often and from wherever it is told',
  async t => {
    const { state, read, pass } = scannerOf(['1.0.0'])
    await read(300)
    await pass(60_000)
    t.match(await read(300, undefined, 'team/app', 'a'), { isAwaited: true })
    t.match(await read(300, undefined, 'team/app', 'a'), { isAwaited: true }, 'it is still out')
    state.tags = ['1.0.0', '1.1.0']
    await pass(1)
    t.equal(state.scans, 2)
    const fresh = await read(300, undefined, 'team/app', 'a')
    t.notOk(fresh.isAwaited)
    t.equal(fresh.tags?.length, 2)
    await pass(60_000)
    await read(300, undefined, 'team/app', 'a')
    t.equal(state.scans, 2, 'the same request asks for nothing more')
    t.match(await read(300, undefined, 'team/app', 'b'), { isAwaited: true }, 'another one does')
    state.failure = new AlustanError('RegistryUnreachable', 'down')
    await pass(1)
    t.notOk((await read(300, undefined, 'team/app', 'b')).isAwaited, 'an outage has pauses of its own')
  },
)

t.test('scanner and client together', t =>
  withFake(async fake => {
    const reports: unknown[] = []
    const { client } = lister(fake)
    const scanner = createScanner({ client, onScan: report => reports.push(report) })
    t.match(await scanner.read(imageRepository(image(fake.host), endpoints), 300, { runningTag: '1.0.0' }), {
      tags: [{ text: '1.0.0' }, { text: '1.1.0' }],
    })
    t.match(reports, [{ image: `${fake.host}/team/app`, failure: undefined, tags: 2 }])
    scanner.close()
  }),
)
