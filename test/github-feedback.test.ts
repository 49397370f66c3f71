import fc from 'fast-check'
import t from 'tap'
import { codeSpan, commentBody, commentMarker } from '../lib/github/comment-body.js'
import type { NotedPreview } from '../lib/github/feedback-note.js'
import type { FakeGitHub } from './fake/github-state.js'
import { one, replica, service, up, withFake } from './feedback-world.js'
import { repository } from './github-lister.js'

const onItsWay: NotedPreview = { ...up, reason: 'progressing', message: 'waits for a pod' }

const writes = (fake: FakeGitHub) => fake.seen.filter(({ method }) => method !== 'GET').map(({ method }) => method)

t.test('one comment is made, kept up to date in place, and says at the end that the copy is removed', t =>
  withFake(async (fake, team) => {
    const { note } = replica(fake)
    team.comments.push({ id: 1, issue: 1, body: 'nice work', author: 'someone' })
    await note([onItsWay])
    await note([{ ...onItsWay, message: 'waits for another pod' }])
    await note([up])
    for (let times = 0; times < 20; times++) await note([up])
    t.same(writes(fake), ['POST', 'PATCH'], 'only what changed')
    t.equal(
      team.comments[1]?.body,
      [
        '<!-- alustan preview staging/apps/web -->',
        '**Preview of `web`** in `staging` is up.',
        '',
        '- <https://preview-1-web.example.com/>',
        `- Commit \`${one.sha.slice(0, 7)}\``,
        '- Namespace `preview-web-1`',
      ].join('\n'),
    )
    await note([], { gone: [1] })
    t.match(team.comments[1]?.body, /`staging` is removed\.$/)
    t.equal(team.comments.length, 2)
    await note([], { gone: [2] })
    t.equal(team.comments.length, 2, 'nothing is said of a copy that never was')
    await note([up])
    await note([], { untold: [1] })
    t.match(team.comments[1]?.body, /`staging` is not told of here any more\.$/)
  }),
)

t.test('one deployment per commit, with the address, and inactive once it is old or gone', t =>
  withFake(async (fake, team) => {
    const kind = 'deployment'
    const { note } = replica(fake)
    await note([onItsWay], { kind })
    await note([up], { kind })
    t.match(team.deployments, [
      {
        sha: one.sha,
        environment: 'preview staging/apps/web/1',
        statuses: [
          { state: 'in_progress' },
          { state: 'success', environment_url: 'https://preview-1-web.example.com' },
        ],
      },
    ])
    const next = 'b'.repeat(40)
    one.sha = next
    await note([{ ...up, sha: next }], { kind })
    one.sha = up.sha
    t.same(
      team.deployments.map(({ statuses }) => statuses.at(-1)?.state),
      ['inactive', 'success'],
    )
    await note([], { kind, gone: [1] })
    t.same(
      team.deployments.map(({ statuses }) => statuses.at(-1)?.state),
      ['inactive', 'inactive'],
    )
    const before = writes(fake).length
    await replica(fake).note([], { kind, untold: [1] })
    await replica(fake).note([], { kind, gone: [1] })
    t.equal(writes(fake).length, before)
    await note([{ ...up, number: 2, namespace: undefined, urls: [], reason: 'maxPreviews' }], { kind })
    t.equal(team.deployments.length, 2, 'no copy, no deployment')
  }),
)

for (const kind of ['comment', 'deployment'] as const) {
  t.test(`${kind}: a restart writes nothing anew`, t =>
    withFake(async fake => {
      await replica(fake).note([up], { kind })
      const before = writes(fake).length
      await replica(fake).note([up], { kind })
      t.equal(writes(fake).length, before)
    }),
  )

  t.test(`${kind}: two replicas at the same moment leave one`, t =>
    withFake(async (fake, team) => {
      // Both look before either has written: the first two creations wait for one another.
      let waiting: (() => void)[] = []
      fake.onRequest = async (method, path) => {
        if (method !== 'POST' || !/(comments|deployments)$/.test(path)) return
        if (waiting.length === 0) await new Promise<void>(resolve => waiting.push(resolve))
        else for (const go of waiting) go()
        waiting = [() => undefined]
      }
      const [a, b] = [replica(fake), replica(fake)]
      await Promise.all([a.note([up], { kind }), b.note([up], { kind })])
      const left = kind === 'comment' ? team.comments : team.deployments
      const made = fake.seen.filter(({ method, path }) => method === 'POST' && /(comments|deployments)$/.test(path))
      t.equal(made.length, 2)
      t.equal(left.length, 1)
      t.same(
        [a.failures, b.failures].flat().filter(reason => reason !== 'GitRepositoryNotFound'),
        [],
      )
    }),
  )
}

t.test('what others wrote with our mark is left alone', t =>
  withFake(async (fake, team) => {
    const body = `${commentMarker(service)}\nmine`
    team.comments.push({ id: 1, issue: 1, body, author: 'mallory' })
    team.comments.push({ id: 2, issue: 1, body: `> ${body}`, author: 'alustan-bot' })
    await replica(fake).note([up])
    t.equal(team.comments[0]?.body, body)
    t.same(
      team.comments.map(({ author }) => author),
      ['mallory', 'alustan-bot', 'alustan-bot'],
    )
  }),
)

t.test('a comment that somebody took away or changed is mended within the hour', t =>
  withFake(async (fake, team) => {
    const { note, pass } = replica(fake)
    await note([up])
    team.comments[0]!.body = team.comments[0]!.body.replace('up', 'down')
    await note([up])
    t.match(team.comments[0]?.body, /is down/)
    await pass(3_600_000)
    await note([up])
    t.match(team.comments[0]?.body, /is up/)
  }),
)

t.test('texts of others stay texts', async t => {
  const nasty = '`` ` @team/all #1 <img src=x onerror=alert(1)> [a](javascript:x)\n\n# head\u202e <!-- x --> |'
  const body = commentBody({
    kind: 'comment',
    repository,
    number: 1,
    service: { ...service, name: 'web' },
    preview: { ...up, reason: 'failed', message: nasty, urls: ['javascript:alert(1)', 'https://a/"><script>'] },
  })
  t.equal(
    body.split('\n')[3],
    '``` `` ` @team/all #1 <img src=x onerror=alert(1)> [a](javascript:x) # head <!-- x --> | ```',
  )
  t.equal(codeSpan(''), '``` ```')
  t.match(
    commentBody({
      kind: 'comment',
      repository,
      number: 1,
      service,
      preview: { ...up, urls: ['javascript:alert(1)', 'https://a/"><b>'] },
    }),
    /- <https:\/\/a\/%22%3E%3Cb%3E>\n- Commit/,
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ', '\n', '@', '<') }), text => {
      const span = codeSpan(text)
      const fence = /^`+/.exec(span)?.[0] ?? ''
      const inner = span.slice(fence.length, -fence.length)
      return (
        !span.includes('\n') &&
        span.endsWith(fence) &&
        ![...inner.matchAll(/`+/g)].some(([ticks]) => ticks.length === fence.length)
      )
    }),
  )
})
