import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { listPullRequests } from '../lib/github/list-pull-requests.js'
import { addRepository, fakePull } from './fake/github.js'
import { listerOf, never, numbers, pulls, repository, withFake } from './github-lister.js'

async function reasonOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof AlustanError ? thrown.reason : String(thrown)),
  )
}

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
    t.match(
      known.failure?.message,
      /'team\/app': its pull requests change faster than they can be listed; it is tried again$/,
    )
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
