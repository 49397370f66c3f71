import t from 'tap'
import { createFirstSights } from '../lib/github/first-sights.js'
import { addRepository, startFakeGitHub } from './fake/github.js'
import { ASKER, listerOf, pulls, repository, SECRET, withFake } from './github-lister.js'

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
