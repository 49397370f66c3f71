import fc from 'fast-check'
import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { parseChallenges } from '../lib/registry/challenge.js'
import { entryFor, parseDockerConfig } from '../lib/registry/docker-config.js'
import { nextLink } from '../lib/registry/link.js'
import { isTrustedRealm, isUsableRealm } from '../lib/registry/realm.js'
import { retag } from '../lib/registry/reference.js'
import { parseRetryAfter } from '../lib/http/retry-after.js'
import { parseTagFilter } from '../lib/registry/tag-filter.js'
import { AMPLE_MS } from './ample-time.js'
import { auth, config, docker } from './registry-objects.js'

t.test('a challenge is read with several schemes and commas in quotes', async t => {
  const read = (header: string) =>
    parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])
  t.same(read('Bearer realm="https://a/t",service="s",scope="repository:a:pull,push",Basic realm="b"'), [
    ['bearer', { realm: 'https://a/t', service: 's', scope: 'repository:a:pull,push' }],
    ['basic', { realm: 'b' }],
  ])
  t.same(read('BASIC Realm="a \\"b\\""'), [['basic', { realm: 'a "b"' }]])
  t.same(read('Negotiate YWJj==, Basic realm=x'), [
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
  ])
  t.same(read('Bearer realm = "x" , service = y'), [['bearer', { realm: 'x', service: 'y' }]])
  t.same(read('Basic'), [['basic', {}]])
  t.same(read(''), [])
  t.same(read('"x"'), [])
})

t.test('the next page is found, and a header that cannot be read is no last page', async t => {
  t.equal(nextLink('</v2/a?last=x&n=5>; rel="next"'), '/v2/a?last=x&n=5')
  t.equal(nextLink('<a>; rel=prev, <b>; title="x, <y>"; REL=Next'), 'b')
  t.equal(nextLink('<a>; rel="prev next"'), 'a')
  t.equal(nextLink('<a>; rel="first"'), undefined)
  t.equal(nextLink(''), undefined)
  for (const bad of ['<a; rel=next', 'a; rel=next', '<a>; rel="next', '<a> rel=next']) {
    t.throws(() => nextLink(bad), { reason: 'InvalidRegistryAnswer', message: /Link header/ }, bad)
  }
})

t.test('passwords go to token services of the same domain only', async t => {
  const rows: [registry: string, realm: string, usable: boolean, trusted: boolean][] = [
    ['https://registry-1.docker.io', 'https://auth.docker.io/token', true, true],
    ['https://registry.gitlab.com', 'https://gitlab.com/jwt/auth', true, true],
    ['https://eu.gcr.io', 'https://oauth2.googleapis.com/token', true, true],
    ['https://r.example.com', 'https://evil.example/token', true, false],
    ['https://r.example.com', 'http://r.example.com/token', false, false],
    ['https://r.example.co.uk', 'https://evil.co.uk/token', true, false],
    ['https://r.example.co.uk', 'https://auth.example.co.uk/token', true, true],
    ['https://10.0.0.1', 'https://11.0.0.1/token', true, false],
    ['https://r.example.com', 'https://user:pass@r.example.com/token', false, false],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5001/token', true, true],
    ['http://127.0.0.1:5000', 'http://evil.example/token', false, false],
    ['http://r.example.com', 'http://r.example.com:81/token', true, true],
    ['https://r.example.com', 'ftp://r.example.com/token', false, false],
    ['https://registry.abc.de', 'https://gitlab.abc.de/jwt/auth', true, true],
    ['https://registry.sap.io', 'https://sap.io/jwt/auth', true, true],
    ['https://r.example.gov.uk', 'https://evil.gov.uk/token', true, false],
    ['https://rg.fr-par.scw.cloud', 'https://api.scaleway.com/tokens', true, false],
    ['https://r.example.com', 'https://Tokens.example.net/token', true, true],
    ['https://r.example.com', 'https://a.tokens.example.net/token', true, false],
    ['http://r.example.com', 'http://tokens.example.net/token', false, false],
  ]
  const allowed = ['tokens.EXAMPLE.net']
  for (const [registry, realm, usable, trusted] of rows) {
    t.equal(isUsableRealm(new URL(realm), new URL(registry)), usable, `${realm} for ${registry}`)
    t.equal(
      isTrustedRealm(new URL(realm), new URL(registry), allowed),
      trusted,
      `${realm} for a password of ${registry}`,
    )
  }
})

t.test('Retry-After is read as seconds or as a date, and is never nothing', async t => {
  // No clock of ours agrees with this one.
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
  const rows = [
    [null, 60_000],
    ['', 60_000],
    ['soon', 60_000],
    ['5', 5000],
    ['0', 1000],
    ['999999999', 86_400_000],
    ['Thu, 01 Jan 2026 00:02:00 GMT', 120_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 1000],
  ] as const
  for (const [header, want] of rows) {
    const headers = new Headers({ date, ...(header !== null && { 'retry-after': header }) })
    t.equal(parseRetryAfter(headers), want, String(header))
  }
  const soon = new Date(Date.now() + 3_600_000).toUTCString()
  const ms = parseRetryAfter(new Headers({ 'retry-after': soon }))
  t.ok(ms > 3_600_000 - AMPLE_MS && ms <= 3_600_000, 'who tells no time is judged by our clock')
})

t.test('no text makes a parser throw anything but an AlustanError, or hang', async t => {
  const hostile = fc.string({ unit: fc.constantFrom(...Array.from('<>;=," \t\\/:@*.()[]{}|^$?+-ab1')), maxLength: 400 })
  const calm = (parse: (text: string) => unknown) => (text: string) => {
    const began = performance.now()
    try {
      parse(text)
    } catch (error) {
      if (!(error instanceof AlustanError)) throw error
    }
    return performance.now() - began < 1000
  }
  const parsers = {
    parseChallenges,
    nextLink,
    parseTagFilter: (text: string) => parseTagFilter(text.slice(0, 256))('1.0.0-alpine'),
    parseDockerConfig: (text: string) => parseDockerConfig(text, 'file'),
    dockerKey: (text: string) => entryFor(config({ [text]: { auth: auth('a:b') } }), 'a.b', 'c'),
    retag: (text: string) => retag(text, docker('a/b'), '1'),
  }
  for (const [name, parse] of Object.entries(parsers)) {
    fc.assert(fc.property(fc.oneof(hostile, fc.string({ maxLength: 400 })), calm(parse)), { numRuns: 500 })
    for (const unit of ['<', 'a ', ';a', '"', '\\', ' ', ',', ';a="', 'a=', '(']) {
      t.ok(calm(parse)(unit.repeat(8000)), `${name} of many '${unit}'`)
    }
  }
})
