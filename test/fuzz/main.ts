import fc from 'fast-check'
import { parseDuration } from '../../lib/duration.js'
import { codeSpan } from '../../lib/github/comment-body.js'
import { parsePullRequestPage } from '../../lib/github/pull-request-page.js'
import { createQuota } from '../../lib/github/quota.js'
import { parseSyncRequest } from '../../lib/metacontroller.js'
import { parseChallenges } from '../../lib/registry/challenge.js'
import { parseConstraint } from '../../lib/registry/constraint.js'
import { parseDockerConfig } from '../../lib/registry/docker-config.js'
import { nextLink } from '../../lib/registry/link.js'
import { imageRepository, retag } from '../../lib/registry/reference.js'
import { parseTag } from '../../lib/registry/tag.js'
import { parseTagFilter } from '../../lib/registry/tag-filter.js'
import { desiredService } from '../../lib/service/desired.js'
import { fillPlaceholders } from '../../lib/service/placeholders.js'
import { readService } from '../../lib/service/situation.js'
import { LIMIT_MS, isQuick } from './is-quick.js'

// Odd input for everything that reads text from outside, for as many seconds as the argument says: nothing may be thrown
// but our own failures, and nothing may take longer than 100 ms. A failure comes with the seed that repeats it.
const seconds = Number(process.argv[2] ?? 20)

const endpoints = {
  dockerRegistryUrl: 'https://r.example.com',
  ghcrUrl: 'https://g.example.com',
  allowedRegistryHosts: [],
}
const image = imageRepository(
  { provider: 'docker', imageName: 'a/b', semanticVersion: '*', includePrereleases: false },
  endpoints,
)
const settings = {
  secretsNamespace: 'alustan',
  argoCdNamespace: 'argocd',
  allowedProjects: ['default'] as [string],
  endpoints,
  resyncAfterSeconds: 60,
  previewResyncAfterSeconds: 12,
}
const parent = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', metadata: { name: 'x', namespace: 'y' } }
const now = '2026-01-02T03:04:05Z'

// Node loads what belongs to this at its first use, which takes as long as a slow reader.
new Headers()

/** Text made of the pieces that a grammar is made of, and of anything. */
const text = (...pieces: string[]) =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...pieces) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      ),
      { maxLength: 60 },
    )
    .map(parts => parts.join(''))

const targets: Record<string, [input: fc.Arbitrary<unknown>, read: (input: never) => unknown]> = {
  constraint: [
    text('1', '2', '.', 'x', '*', '^', '~', '>', '<', '=', '!', '-', '||', ',', ' ', 'rc', 'v', '999999999999999999'),
    parseConstraint,
  ],
  tag: [text('v', '1', '0', '.', '-', 'rc', '+', 'x'), parseTag],
  tagFilter: [
    text('(', ')', '[', ']', '{', '}', '*', '+', '?', '|', 'a', '\\', '^', '$', '1', ',', '-'),
    (pattern: string) => parseTagFilter(pattern)('a'.repeat(128)),
  ],
  challenge: [text('Bearer', 'Basic', ' ', 'realm', '=', '"', 'https://x', ',', 'scope', '\\'), parseChallenges],
  link: [text('<', '>', ';', 'rel', '=', '"', 'next', ',', ' ', '/v2/x'), nextLink],
  dockerConfig: [
    fc.oneof(fc.json(), text('{', '}', '"auths"', ':', '"auth"', ',', '"a"', '[', ']')),
    (file: string) => parseDockerConfig(file, 'fuzz'),
  ],
  reference: [
    text('a/b', ':', '@sha256:', 'docker.io/', '0', '/', '1.0.0'),
    (reference: string) => retag(reference, image, '1.0.0'),
  ],
  placeholders: [
    text('$', '{', 'workspace.', 'A', '}', ':-', '${workspace.'),
    (value: string) => fillPlaceholders(value, () => 'x'),
  ],
  duration: [text('1', '.', 'h', 'm', 's', 'ms', '-'), parseDuration],
  pullRequestPage: [
    fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.record(
          {
            number: fc.oneof(fc.integer(), fc.jsonValue()),
            title: fc.oneof(fc.string(), fc.jsonValue()),
            head: fc.oneof(fc.constant({ ref: 'a', sha: 'b', repo: null }), fc.jsonValue()),
            base: fc.oneof(fc.constant({ repo: { id: 1 } }), fc.jsonValue()),
            labels: fc.oneof(fc.constant([{ name: 'preview' }]), fc.jsonValue()),
          },
          { requiredKeys: [] },
        ),
      ),
    ),
    parsePullRequestPage,
  ],
  quota: [
    fc.record({
      status: fc.constantFrom(200, 304, 403, 429, 502),
      limit: fc.stringMatching(/^[0-9a-z -]{0,14}$/),
      remaining: fc.constantFrom('0', '1', '4999', '-1', ''),
      reset: fc.stringMatching(/^[0-9.-]{0,14}$/),
      after: fc.stringMatching(/^[0-9A-Za-z:, -]{0,30}$/),
    }),
    ({ status, limit, remaining, reset, after }: Record<string, string> & { status: number }) => {
      const rate = { 'x-ratelimit-limit': limit!, 'x-ratelimit-remaining': remaining!, 'x-ratelimit-reset': reset! }
      const quota = createQuota(false, () => 0)
      quota.note({ status, headers: new Headers({ ...rate, 'retry-after': after! }), body: '' })
      const waits = [quota.blockedMs(), quota.paceMs()]
      if (!waits.every(ms => ms >= 0 && ms < Infinity)) throw new Error(`a quota of ${waits.join(' and ')} ms`)
    },
  ],
  codeSpan: [text('`', '``', ' ', '\n', '<', '@', '-->'), codeSpan],
  body: [fc.jsonValue(), parseSyncRequest],
  spec: [
    fc.record({
      spec: fc.jsonValue(),
      status: fc.jsonValue(),
      related: fc.dictionary(
        fc.constantFrom('Secret.v1', 'Application.argoproj.io/v1alpha1'),
        fc.dictionary(fc.constantFrom('y/x', 'y/z'), fc.jsonValue()),
      ),
    }),
    ({ spec, status, related }: { spec: unknown; status: unknown; related: unknown }) =>
      desiredService(readService(parseSyncRequest({ parent: { ...parent, spec, status }, related }), settings), {
        now,
        scan: undefined,
      }),
  ],
}

const end = Date.now() + seconds * 1000
let inputs = 0
while (Date.now() < end) {
  const seed = Math.floor(Math.random() * 2 ** 31)
  for (const [name, [input, read]] of Object.entries(targets)) {
    try {
      fc.assert(
        fc.property(input, given => isQuick<never>(read, given as never)),
        { seed, numRuns: 200 },
      )
    } catch (thrown) {
      console.error(`${name}, seed ${seed}:`)
      throw thrown
    }
    inputs += 200
  }
}
console.log(
  `${inputs} odd inputs to ${Object.keys(targets).length} readers: only our own failures, none slower than ${LIMIT_MS} ms`,
)
