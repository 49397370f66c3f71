import fc from 'fast-check'
import { createGitHubClient } from '../../../lib/github/client.js'
import { codeSpan, commentMarker } from '../../../lib/github/comment-body.js'
import { listPullRequests } from '../../../lib/github/list-pull-requests.js'
import { writeComment } from '../../../lib/github/write-comment.js'
import { writeDeployment } from '../../../lib/github/write-deployment.js'
import { createWriter } from '../../../lib/github/writer.js'
import { answering } from '../answers.js'
import { grammar, json } from '../grammar.js'
import type { Reader } from '../reader.js'

const repository = { owner: 'team', name: 'app' }
const SHA = 'f'.repeat(40)
const service = { workspace: 'staging', namespace: 'team', name: 'web' }
const MARK = commentMarker(service)
const preview = { number: 1, sha: SHA, namespace: 'preview-web-1', urls: ['https://web.example.com'] }
const telling = { kind: 'comment' as const, repository, service, number: 1, preview }
const instant = fc.oneof(fc.stringMatching(/^[0-9A-Za-z:, .-]{0,30}$/), fc.constantFrom('0', '1', '60', '-1', '1e9'))

const pullRequest = fc.record(
  {
    number: fc.oneof(fc.integer(), fc.jsonValue()),
    title: fc.oneof(fc.string(), fc.jsonValue()),
    head: fc.oneof(fc.constant({ ref: 'a', sha: 'b', repo: null }), fc.jsonValue()),
    base: fc.oneof(fc.constant({ repo: { id: 1 } }), fc.jsonValue()),
    labels: fc.oneof(fc.constant([{ name: 'preview' }]), fc.jsonValue()),
  },
  { requiredKeys: [] },
)

const answer = fc.record(
  {
    status: fc.constantFrom(200, 200, 301, 304, 401, 403, 404, 429, 502),
    headers: fc.record(
      {
        'content-type': fc.constantFrom('application/json', 'text/html', ''),
        link: grammar('<', '>', ';', 'rel', '=', '"', 'next', ',', ' '),
        etag: fc.string(),
        location: fc.constantFrom('https://api.example.com/repositories/1', 'https://elsewhere.example.com', '::'),
        date: instant,
        'retry-after': instant,
        'x-ratelimit-limit': instant,
        'x-ratelimit-remaining': instant,
        'x-ratelimit-reset': instant,
      },
      { requiredKeys: ['content-type'] },
    ),
    body: fc.oneof(fc.array(pullRequest), fc.record({ message: fc.string() }), fc.string(), fc.jsonValue()),
  },
  { requiredKeys: ['status', 'headers', 'body'] },
)

const user = fc.record({ login: fc.constantFrom('alustan-bot', 'someone'), type: fc.constantFrom('Bot', 'User') })

/** What GitHub answers while a comment or a deployment is written: all there is of lists and single things. */
const written = fc.record({
  status: fc.constantFrom(200, 200, 200, 201, 204, 403, 404, 422, 500),
  headers: fc.constant({ 'content-type': 'application/json' }),
  body: fc.oneof(
    user,
    fc.array(fc.record({ id: fc.integer(), body: fc.option(fc.constantFrom(MARK, 'x')), user: fc.option(user) })),
    fc.array(fc.record({ id: fc.integer(), sha: fc.constantFrom(SHA, 'x'), creator: fc.option(user) })),
    fc.array(fc.record({ state: fc.constantFrom('success', 'inactive', 'x'), environment_url: fc.jsonValue() })),
    fc.jsonValue(),
  ),
})

const clientOf = (text: string) =>
  createGitHubClient({
    fetch: answering(text),
    now: () => 0,
    apiUrl: 'https://api.example.com',
    token: async () => 'token',
  })

/** What GitHub and the authors of pull requests say. */
export const gitHubReaders: readonly Reader[] = [
  {
    name: 'pull-request-list',
    format: 'json',
    input: json(fc.array(answer, { minLength: 1, maxLength: 4 })),
    read: async text => {
      const client = clientOf(text)
      const { quota } = await client.session()
      try {
        const known = await listPullRequests(client, repository, undefined, new AbortController().signal)
        await listPullRequests(client, repository, known, new AbortController().signal)
      } finally {
        const waits = [quota.blockedMs(), quota.paceMs()]
        if (!waits.every(ms => ms >= 0 && ms < Infinity)) throw new Error(`a quota of ${waits.join(' and ')} ms`)
      }
    },
  },
  {
    name: 'feedback-answer',
    format: 'json',
    input: json(fc.array(written, { minLength: 1, maxLength: 8 })),
    read: async text => {
      for (const write of [writeComment, writeDeployment]) {
        const client = clientOf(text)
        const errand = { act: 'write to', permission: 'Pull requests: write', repository }
        await write(telling, createWriter(client, await client.session(), errand))
      }
    },
  },
  { name: 'comment', format: 'text', input: grammar('`', '``', ' ', '\n', '<', '@', '-->'), read: codeSpan },
]
