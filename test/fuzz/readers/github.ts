import fc from 'fast-check'
import { createGitHubClient } from '../../../lib/github/client.js'
import { codeSpan } from '../../../lib/github/comment-body.js'
import { listPullRequests } from '../../../lib/github/list-pull-requests.js'
import { answering } from '../answers.js'
import { grammar, json } from '../grammar.js'
import type { Reader } from '../reader.js'

const repository = { owner: 'team', name: 'app' }
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

/** What GitHub and the authors of pull requests say. */
export const gitHubReaders: readonly Reader[] = [
  {
    name: 'pull-request-list',
    format: 'json',
    input: json(fc.array(answer, { minLength: 1, maxLength: 4 })),
    read: async text => {
      const client = createGitHubClient({
        fetch: answering(text),
        now: () => 0,
        apiUrl: 'https://api.example.com',
        token: async () => 'token',
      })
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
  { name: 'comment', format: 'text', input: grammar('`', '``', ' ', '\n', '<', '@', '-->'), read: codeSpan },
]
