import { createServer } from 'node:http'
import t from 'tap'
import { AMPLE_MS, SHORT_MS } from './ample-time.js'
import { close, listen } from './fake/listen.js'
import type { Fault } from './fake/registry.js'
import { failureOf, lister, password, secret, withFake } from './registry-lister.js'

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
  [{ kind: 'stalled' }, 'RegistryTimeout', 'an answer that begins and never ends'],
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
  [{ kind: 'huge', bytes: 200_000 }, 'InvalidRegistryAnswer', 'an answer of more than anyone reads'],
]

for (const [fault, reason, why] of faults) {
  t.test(`a registry that fails is a failure, never an empty list: ${why}`, t =>
    withFake(async fake => {
      fake.pageSize = 1
      fake.fault = fault
      const limits = { maxPageBytes: 100_000, ...(reason === 'RegistryTimeout' && { requestMs: SHORT_MS }) }
      const first = await failureOf(lister(fake, { limits }).list())
      const second = await failureOf(lister(fake, { limits, use: password }).list())
      t.equal(first.reason, reason)
      t.match(first.message, fake.host, 'the message names the registry')
      t.match(first.message, /; (add|check|see|it is left alone) /, 'and a cure')
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
  t.match(await failureOf(list()), {
    reason: 'RegistryUnreachable',
    message: /cannot be reached \(ECONNREFUSED\); check its name/,
  })
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
    const { tags, texts, isTruncated } = await lister(fake).list()
    t.same(
      tags.map(({ text }) => text),
      ['1.0.0'],
    )
    t.same(texts, new Set(['latest', 'pr-7-abc1234', '1.0.0']), 'and none that is longer than tags are')
    t.equal(isTruncated, false)
    const cut = await lister(fake, { limits: { maxTags: 1 } }).list()
    t.same(cut.texts, new Set(['latest', '1.0.0']), 'one of each')
    t.match(cut, { isTruncated: true, hasAllVersions: true }, 'which is told, and that no version is left out')
  }),
)

t.test('endless pages end at the cap of tags or of pages, and say so', t =>
  withFake(async fake => {
    fake.fault = { kind: 'endlessPages' }
    fake.pageSize = 10
    const some = await lister(fake, { limits: { maxTags: 95 } }).list()
    t.match(some, { tags: { length: 95 }, isTruncated: true, hasAllVersions: false })
    const pages = await lister(fake, { limits: { maxPages: 3 } }).list()
    t.match(pages, { tags: { length: 30 }, isTruncated: true, hasAllVersions: false })
  }),
)

t.test('a scan has one budget for all its pages', t =>
  withFake(async fake => {
    // Each page comes after a moment, by when a timer has ended it that had no time left.
    fake.fault = { kind: 'slow', ms: SHORT_MS }
    fake.pageSize = 1
    let now = 0
    const onRequest = () => {
      now += AMPLE_MS
    }
    const inTime = await lister(fake, { now: () => now, onRequest, limits: { scanMs: 3 * AMPLE_MS } }).list()
    t.equal(inTime.pages, 3)
    const { list } = lister(fake, { now: () => now, onRequest, limits: { scanMs: 2 * AMPLE_MS } })
    t.equal((await failureOf(list())).reason, 'RegistryTimeout')
  }),
)

t.test('a host that limits requests is left alone for as long as it asks', t =>
  withFake(async fake => {
    const date = 'Thu, 01 Jan 1970 00:00:00 GMT' // a clock far from ours
    for (const [retryAfter, want] of [
      [undefined, 60_000],
      ['7', 7000],
      ['0', 1000],
      ['Thu, 01 Jan 1970 02:00:00 GMT', 7_200_000],
    ] as const) {
      const { client, repository, list, pass } = lister(fake)
      fake.fault = { kind: 'status', status: 429, date, ...(retryAfter !== undefined && { retryAfter }) }
      const before = fake.counts.page
      await failureOf(list())
      const wait = client.blockedMs(repository)
      t.equal(wait, want, `Retry-After ${String(retryAfter)}`)
      t.equal((await failureOf(list())).reason, 'RateLimited')
      t.equal(fake.counts.page, before + 1, 'it was not asked again')
      fake.fault = undefined
      pass(wait)
      t.equal((await list()).tags.length, 2, 'then it is')
    }
  }),
)
