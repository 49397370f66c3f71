import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { SHORT_MS } from './ample-time.js'
import type { GitHubFault } from './fake/github-state.js'
import { listerOf, numbers, SECRET, status, withFake } from './github-lister.js'

type Fail = [why: string, fault: GitHubFault, hasToken: boolean, reason: string, message: RegExp]

const failures: Fail[] = [
  [
    'it hangs up',
    { kind: 'refuse' },
    true,
    'GitHubUnreachable',
    /cannot be reached \(UND_ERR_SOCKET\); check its name/,
  ],
  ['it never answers', { kind: 'blackhole' }, true, 'GitHubTimeout', /did not answer in time; see whether/],
  [
    'it begins to answer and never ends',
    { kind: 'stalled' },
    true,
    'GitHubTimeout',
    /did not answer in time; see whether/,
  ],
  ['it is down', status(502), true, 'GitHubUnreachable', /answers with status 502; it is asked again/],
  ['it is being repaired', status(503), true, 'GitHubUnreachable', /answers with status 503; it is asked again/],
  [
    'a page of HTML is no empty list',
    { kind: 'html' },
    true,
    'InvalidGitHubAnswer',
    /no list of pull requests; check GITHUB_API_URL/,
  ],
  ['an answer breaks off', { kind: 'truncated' }, true, 'InvalidGitHubAnswer', /breaks off in the middle/],
  [
    'fields are of a wrong type',
    { kind: 'wrongJson' },
    true,
    'InvalidGitHubAnswer',
    /no list of pull requests; check GITHUB_API_URL/,
  ],
  [
    'an answer of more than anyone reads',
    { kind: 'huge', bytes: 17 * 2 ** 20 },
    true,
    'InvalidGitHubAnswer',
    /more than 16777216 bytes; check what answers there$/,
  ],
  [
    'nothing where a list should be',
    status(204),
    true,
    'InvalidGitHubAnswer',
    /status 204 when asked to list pull requests of 'team\/app'; see in a browser/,
  ],
  [
    'a status that nobody knows',
    status(418),
    true,
    'InvalidGitHubAnswer',
    /status 418 when asked to list pull requests of 'team\/app'; see in a browser/,
  ],
  [
    'a repository that a court blocked',
    status(451),
    true,
    'InvalidGitHubAnswer',
    /status 451 when asked to list pull requests of 'team\/app'; see in a browser/,
  ],
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
  [
    'sent elsewhere',
    { kind: 'foreignRedirect' },
    true,
    'InvalidGitHubAnswer',
    /redirects to where it must not; check GITHUB_API_URL/,
  ],
  [
    'sent round in a circle',
    { kind: 'redirectLoop' },
    true,
    'InvalidGitHubAnswer',
    /redirects too often; check GITHUB_API_URL/,
  ],
]
for (const [why, fault, hasToken, reason, message] of failures) {
  t.test(`${why}: what was known stays, the failure has the same bytes each time, and it mends by itself`, t =>
    withFake(async fake => {
      const token = hasToken ? SECRET : undefined
      const time = listerOf(fake, {
        token: async () => token,
        faultMs: reason === 'GitHubTimeout' ? SHORT_MS : undefined,
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
