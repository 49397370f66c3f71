import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../hooks/app.js'
import { buildMetrics } from '../hooks/metrics.js'
import { feedbackNote } from '../hooks/preview-feedback.js'
import { parseConfig } from '../lib/config.js'
import { AlustanError } from '../lib/errors.js'
import { createGitHubClient } from '../lib/github/client.js'
import { codeSpan, commentBody, commentMarker } from '../lib/github/comment-body.js'
import { createFeedback } from '../lib/github/create-feedback.js'
import type { FeedbackNote, NotedPreview } from '../lib/github/feedback-note.js'
import { createRunReader } from '../lib/kubernetes/run-reader.js'
import type { Preview } from '../lib/preview/preview-status.js'
import { parseTag } from '../lib/registry/tag.js'
import { parseServiceSpec } from '../lib/service/parse-spec.js'
import { fakePull, startFakeGitHub } from './fake/github.js'
import type { FakeGitHub, FakeRepository, GitHubFault } from './fake/github-state.js'
import { virtualClock } from './virtual-clock.js'

const SECRET = 'ghp_canary-of-the-token'
const service = { workspace: 'staging', namespace: 'apps', name: 'web' }
const repository = { owner: 'team', name: 'app' }
const one = fakePull(1)
const up: NotedPreview = {
  number: 1,
  sha: one.sha,
  namespace: 'preview-web-1',
  urls: ['https://preview-1-web.example.com'],
}
const onItsWay: NotedPreview = { ...up, reason: 'progressing', message: 'waits for a pod' }

async function withFake(run: (fake: FakeGitHub, team: FakeRepository) => Promise<void>): Promise<void> {
  const fake = await startFakeGitHub({ 'team/app': [one, fakePull(2)] })
  fake.tokens.set(SECRET, { login: 'alustan-bot', type: 'User', may: 'write' })
  await run(fake, fake.repositories.get('team/app')!).finally(() => fake.close())
}

/** One replica: its feedback, and a clock that only it lives by. */
function replica(fake: FakeGitHub, { token }: { token: string | undefined } = { token: SECRET }) {
  const time = virtualClock(fetch)
  const client = createGitHubClient({
    fetch: time.fetch,
    onRequest: time.onRequest,
    now: time.clock.now,
    apiUrl: fake.url,
    token: async () => token,
  })
  const failures: string[] = []
  const feedback = createFeedback({ client, clock: time.clock, onFailure: ({ reason }) => failures.push(reason) })
  const note = async (previews: NotedPreview[], more: Partial<FeedbackNote> = {}) => {
    feedback.note({ kind: 'comment', repository, service, previews, gone: [], ...more })
    await time.pass(10_000)
    await time.settle()
  }
  return { ...time, feedback, failures, note }
}

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

t.test('the token of an app finds its own again', t =>
  withFake(async (fake, team) => {
    fake.tokens.set('app', { login: 'alustan[bot]', type: 'Bot', may: 'write' })
    await replica(fake, { token: 'app' }).note([onItsWay])
    await replica(fake, { token: 'app' }).note([up])
    t.equal(team.comments.length, 1)
    t.match(team.comments[0]?.body, /is up\./)
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
  ['GitHub down', SECRET, { kind: 'status', status: 502 }, 'GitHubUnreachable', /status 502$/],
  ['a page of HTML', SECRET, { kind: 'html' }, 'InvalidGitHubAnswer', /something else than was asked for$/],
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
      const failure = feedback.failure(service)
      t.equal(failure?.reason, reason)
      t.match(failure?.message, message)
      t.notOk(failure?.message.includes(SECRET))
      const before = fake.seen.length
      await note([up])
      t.equal(fake.seen.length, before)
      t.equal(feedback.failure({ ...service, name: 'other' }), undefined)
      await pass(60_000)
      await note([up])
      t.equal(feedback.failure(service)?.message, failure?.message)
      fake.fault = undefined
      if (token !== undefined) fake.tokens.set(token, { login: 'alustan-bot', type: 'User', may: 'write' })
      await pass(3_600_000)
      await note([up])
      t.equal(team.comments.length, token === undefined ? 0 : 1)
      t.equal(feedback.failure(service)?.reason, token === undefined ? reason : undefined)
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
    await note([{ ...up, number: 2 }])
    await note([{ ...up, number: 2 }])
    t.match(team.comments, [
      { issue: 1, body: / is removed\./ },
      { issue: 2, body: / is up\./ },
    ])
  }),
)

t.test('texts of others stay texts', async t => {
  const nasty = '`` ` @team/all #1 <img src=x onerror=alert(1)> [a](javascript:x)\n\n# head\u202e <!-- x --> |'
  const body = commentBody({
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

t.test('where comments are too many to read all, none is written: ours may be among the rest', t =>
  withFake(async (fake, team) => {
    const { feedback, note } = replica(fake)
    for (let id = 1; id <= 999; id++) team.comments.push({ id, issue: 1, body: 'x', author: 'someone' })
    await note([up])
    t.equal(team.comments.length, 1000)
    await note([{ ...up, reason: 'failed' }])
    t.match(
      feedback.failure(service)?.message,
      /has 1000 or more things where ours is looked for; nothing is written for/,
    )
    t.equal(team.comments.length, 1000)
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

t.test('the hooks note what pull requests are to be told, and the status says when that fails', async t => {
  const notes: FeedbackNote[] = []
  const failing: { failure?: AlustanError } = {}
  const app = await buildApp({
    config: parseConfig({}),
    scanner: {
      read: async () => ({
        tags: [parseTag('0.2.1')!],
        failure: undefined,
        isTruncated: false,
        isRunningTagGone: false,
      }),
      close: () => undefined,
    },
    pullRequests: {
      read: async () => ({
        pullRequests: [{ number: 7, title: 'x', branch: 'x', sha: 'a'.repeat(40), isFork: false, labels: ['preview'] }],
        failure: undefined,
        isTruncated: false,
        mayBeOlder: false,
      }),
      close: () => undefined,
    },
    feedback: { note: given => notes.push(given), failure: () => failing.failure, close: () => undefined },
    credentials: async () => undefined,
    runReader: createRunReader(undefined, () => 0),
    metrics: buildMetrics(),
    logger: pino({ level: 'silent' }),
    now: () => '2026-01-02T03:04:05Z',
    isReady: () => true,
  })
  t.teardown(() => app.close())
  const body = JSON.parse(readFileSync('examples/requests/service-sync.json', 'utf8'))
  const { namespace, name } = body.parent.metadata
  const hook = async (path: string) =>
    (await app.inject({ method: 'POST', url: `/services/${path}`, payload: body })).json()
  await hook('sync')
  t.same(notes, [], 'only who asks for it')
  const environment = { enabled: true, gitOwner: 'team', gitRepo: 'app', feedback: 'comment' }
  body.parent.spec.previewEnvironment = environment
  const first = await hook('sync')
  const about = {
    kind: 'comment',
    repository: { owner: 'team', name: 'app' },
    service: { workspace: body.parent.spec.workspace, namespace, name },
  }
  t.match(notes.at(-1), { ...about, previews: [{ number: 7, sha: 'a'.repeat(40), reason: 'progressing' }], gone: [] })
  t.notOk(JSON.stringify(first.status).includes('FeedbackWritten'))
  body.parent.status = {
    ...first.status,
    previews: [...first.status.previews, { ...first.status.previews[0], number: 3 }],
  }
  const waiting: Preview = { number: 7, branch: 'x', sha: 'a', urls: [], reason: 'waitingForList' }
  const { value: spec } = parseServiceSpec(body.parent)
  t.match(feedbackNote(body.parent, spec, [waiting]), { previews: [], gone: [3] }, 'it may be closed by now')
  failing.failure = new AlustanError('GitHubForbidden', 'may not')
  const condition = { type: 'FeedbackWritten', status: 'False', reason: 'GitHubForbidden', message: 'may not' }
  t.match(
    (await hook('sync')).status.conditions.find(({ type }: any) => type === 'FeedbackWritten'),
    condition,
  )
  t.match(notes.at(-1), { gone: [3] })
  body.finalizing = true
  await hook('finalize')
  t.match(notes.at(-1), { ...about, previews: [], gone: [7, 3] })
  const count = notes.length
  body.parent.spec.workspace = 7
  await hook('finalize')
  t.equal(notes.length, count, 'a spec that cannot be read tells nobody anything')
})
