import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { parseChallenges } from '../lib/registry/challenge.js'
import { chooseTag, tagRule } from '../lib/registry/choose-tag.js'
import type { ContainerRegistry } from '../lib/registry/container-registry.js'
import { parseConfig } from '../lib/config.js'
import { registryCredentials } from '../lib/registry/image-scanner.js'
import { credentialsFor, helperFault, parseDockerConfig, type DockerConfig } from '../lib/registry/docker-config.js'
import { nextLink } from '../lib/registry/link.js'
import { isTrustedRealm, isUsableRealm } from '../lib/registry/realm.js'
import { imageRepository, isRepository, retag } from '../lib/registry/reference.js'
import { parseRetryAfter } from '../lib/http/retry-after.js'
import type { Scan } from '../lib/registry/scan.js'
import { parseTagFilter } from '../lib/registry/tag-filter.js'
import { parseTag } from '../lib/registry/tag.js'
import { watchedFile } from '../lib/watched-file.js'

const base: ContainerRegistry = {
  provider: 'docker',
  imageName: 'team/app',
  semanticVersion: '*',
  includePrereleases: false,
}
const down = new AlustanError('RegistryUnreachable', 'registry down')

function scan(texts: string | undefined, more: Partial<Scan> = {}): Scan {
  const tags = texts?.split(' ').flatMap(text => parseTag(text) ?? [])
  return { tags, failure: undefined, isTruncated: false, isRunningTagGone: false, ...more }
}

type Row = [why: string, spec: Partial<ContainerRegistry>, scan: Scan, running: string | undefined, want: object]
const choices: Row[] = [
  [
    'the highest wins, not the last listed',
    {},
    scan('1.0.2 1.10.0 1.9.0'),
    undefined,
    { kind: 'chosen', tag: '1.10.0' },
  ],
  [
    'the highest that satisfies',
    { semanticVersion: '~1.1' },
    scan('1.1.1 1.1.4 1.2.0'),
    '1.1.1',
    { kind: 'chosen', tag: '1.1.4' },
  ],
  [
    'tags that are no versions are passed over',
    {},
    scan('latest 1.0.0 main'),
    undefined,
    { kind: 'chosen', tag: '1.0.0' },
  ],
  ['prereleases only when asked for', {}, scan('1.0.0 1.1.0-rc.1'), undefined, { tag: '1.0.0' }],
  [
    'prereleases when asked for',
    { includePrereleases: true },
    scan('1.0.0 1.1.0-rc.1'),
    undefined,
    { tag: '1.1.0-rc.1' },
  ],
  [
    'only what the filter takes',
    { tagFilter: '-alpine$', includePrereleases: true },
    scan('1.0.0-alpine 1.1.0'),
    undefined,
    { tag: '1.0.0-alpine' },
  ],
  ['of equals the running one', {}, scan('1.2.3 v1.2.3'), 'v1.2.3', { kind: 'chosen', tag: 'v1.2.3' }],
  ['of equals the running one, in any order', {}, scan('v1.2.3 1.2.3'), 'v1.2.3', { kind: 'chosen', tag: 'v1.2.3' }],
  ['of equals else the one without v', {}, scan('v1.2.3 1.2.3'), undefined, { kind: 'chosen', tag: '1.2.3' }],
  [
    'of equals else the one without v, in any order',
    {},
    scan('1.2.3 v1.2.3'),
    undefined,
    { kind: 'chosen', tag: '1.2.3' },
  ],
  [
    'an older list still chooses, and says why it is old',
    {},
    scan('1.0.0', { failure: down }),
    undefined,
    { kind: 'chosen', tag: '1.0.0', failure: down },
  ],
  ['a running tag that is no version gives way', {}, scan('1.0.0'), 'latest', { kind: 'chosen', tag: '1.0.0' }],
  [
    'registry down: what runs stays',
    {},
    scan(undefined, { failure: down }),
    '1.0.0',
    { kind: 'kept', tag: '1.0.0', failure: down, message: '1.0.0 stays: registry down' },
  ],
  [
    'nothing known yet: what runs stays',
    {},
    scan(undefined),
    '1.0.0',
    { kind: 'kept', tag: '1.0.0', failure: undefined },
  ],
  ['nothing known yet, nothing runs', {}, scan(undefined), undefined, { kind: 'unknown' }],
  ['registry down, nothing runs', {}, scan(undefined, { failure: down }), undefined, { kind: 'failed', failure: down }],
  [
    'nothing satisfies: what runs stays',
    { semanticVersion: '>=3' },
    scan('1.0.0'),
    '2.0.0',
    { kind: 'kept', tag: '2.0.0', failure: { reason: 'NoMatchingTag' } },
  ],
  [
    'nothing satisfies, nothing runs',
    { semanticVersion: '>=3' },
    scan('1.0.0 1.2.0'),
    undefined,
    { kind: 'failed', failure: { reason: 'NoMatchingTag', message: /'>=3'; its highest version is 1\.2\.0; push/ } },
  ],
  [
    'an empty repository',
    {},
    scan('latest'),
    undefined,
    { kind: 'failed', failure: { message: /it has no tag that is a version/ } },
  ],
  [
    'nothing that was read satisfies',
    { semanticVersion: '>=3' },
    scan('1.0.0', { isTruncated: true }),
    undefined,
    { failure: { message: /1\.0\.0 of those that were read/ } },
  ],
  [
    'nothing passes the filter',
    { tagFilter: 'x' },
    scan('1.0.0'),
    undefined,
    { failure: { message: /matches tagFilter 'x'/ } },
  ],
  [
    'an older list is no reason to go back',
    {},
    scan('1.0.0'),
    '1.1.0',
    { kind: 'kept', tag: '1.1.0', failure: undefined },
  ],
  ['nor is an outage', {}, scan('1.0.0', { failure: down }), '1.1.0', { kind: 'kept', tag: '1.1.0', failure: down }],
  [
    'a deleted tag gives way',
    {},
    scan('1.0.0', { isRunningTagGone: true }),
    '1.1.0',
    { kind: 'lowered', tag: '1.0.0', from: '1.1.0', message: /from 1\.1\.0 to 1\.0\.0: it is gone/ },
  ],
  [
    'a deleted tag stays when nothing else satisfies',
    { semanticVersion: '>=1.1' },
    scan('1.0.0', { isRunningTagGone: true }),
    '1.1.0',
    { kind: 'kept', tag: '1.1.0' },
  ],
  [
    'the constraint now excludes it',
    { semanticVersion: '<1.1' },
    scan('1.0.0 1.1.0'),
    '1.1.0',
    { kind: 'lowered', tag: '1.0.0', message: /'<1\.1' does not allow it/ },
  ],
  [
    'the filter now excludes it',
    { tagFilter: '^1' },
    scan('1.0.0 v1.1.0'),
    'v1.1.0',
    { kind: 'lowered', tag: '1.0.0', message: /tagFilter '\^1'/ },
  ],
  [
    'a running prerelease that is no longer wanted',
    {},
    scan('1.0.0 1.1.0-rc.1'),
    '1.1.0-rc.1',
    { kind: 'lowered', tag: '1.0.0' },
  ],
  [
    'an excluded tag stays while nothing is known',
    { semanticVersion: '<1' },
    scan(undefined),
    '1.0.0',
    { kind: 'kept', tag: '1.0.0' },
  ],
  [
    'the other spelling is not taken while the running one may exist',
    {},
    scan('1.2.3'),
    'v1.2.3',
    { kind: 'kept', tag: 'v1.2.3' },
  ],
  [
    'the other spelling is taken when the running one is gone',
    {},
    scan('1.2.3', { isRunningTagGone: true }),
    'v1.2.3',
    { kind: 'lowered', tag: '1.2.3' },
  ],
  ['upwards always', {}, scan('1.2.0'), '1.1.0', { kind: 'chosen', tag: '1.2.0' }],
]

t.test('the tag is chosen so that it never goes back without proof', async t => {
  for (const [why, spec, facts, running, want] of choices) {
    t.match(chooseTag(tagRule({ ...base, ...spec }), facts, running), want, why)
  }
})

const filters: [pattern: string, yes: string[], no: string[]][] = [
  ['-alpine$', ['1.0.0-alpine'], ['1.0.0-alpine3']],
  ['^v?\\d+\\.\\d+\\.\\d+$', ['1.2.3', 'v10.0.1'], ['1.2', '1.2.3-rc']],
  ['^[0-9]+\\.(1|2)\\.', ['4.2.0'], ['4.3.0']],
  ['^1\\.[^3]\\.', ['1.2.0'], ['1.3.0']],
  ['a{2,3}b', ['aab', 'xaaab'], ['ab']],
  ['^(?:rc|beta)\\.?\\d*$', ['rc.1', 'beta2', 'rc'], ['alpha']],
  ['^(?P<year>\\d{4})\\.', ['2026.1'], ['226.1']],
  ['', ['anything'], []],
  ['x*', [''], []],
]

t.test('tagFilter matches as regular expressions do', async t => {
  for (const [pattern, yes, no] of filters) {
    const test = parseTagFilter(pattern)
    for (const tag of yes) t.equal(test(tag), true, `'${pattern}' takes ${tag}`)
    for (const tag of no) t.equal(test(tag), false, `'${pattern}' refuses ${tag}`)
  }
  for (const bad of [
    '(',
    ')',
    'a)',
    '[',
    '[z-a]',
    '*',
    'a**',
    'a{3,1}',
    '\\1',
    '\\b',
    '(?=a)',
    '(?!a)',
    '(?i)a',
    '{',
    'a{1000}{',
    '((a{99}){99}){99}',
  ]) {
    t.throws(() => parseTagFilter(bad), { reason: 'InvalidSpec', message: /^tagFilter '.*; use literals/ }, bad)
  }
})

t.test('a hostile tagFilter takes no longer than a kind one', async t => {
  const began = performance.now()
  for (const pattern of ['(a+)+$', '(a|a)*b', '(a?){50}a{50}$', '.*.*.*.*x', '((a*)*)*b']) {
    parseTagFilter(pattern)('a'.repeat(127) + '!')
  }
  t.ok(performance.now() - began < 1000)
})

t.test('tagFilter agrees with the engine of JavaScript', async t => {
  const atom = fc.constantFrom('a', 'b', '1', '\\.', '.', '[ab]', '[^a]', '\\d', '\\w', '^', '$', '[a-]')
  const pattern = fc.letrec<{ part: string }>(tie => ({
    part: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc.tuple(tie('part'), tie('part')).map(([a, b]) => a + b),
      fc.tuple(tie('part'), tie('part')).map(([a, b]) => `(${a}|${b})`),
      fc
        .tuple(tie('part'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{1,}'))
        .map(([a, times]) => `(?:${a})${times}`),
    ),
  })).part
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', '-'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, text, (source, tag) => parseTagFilter(source)(tag) === new RegExp(source).test(tag)),
    { numRuns: 3000 },
  )
  t.pass('3,000 patterns')
})

const endpoints = {
  dockerRegistryUrl: 'https://registry-1.docker.io',
  ghcrUrl: 'https://ghcr.io',
  allowedRegistryHosts: [] as string[],
}
const docker = (imageName: string) => imageRepository({ ...base, imageName }, endpoints)
const generic = (host: string, allowedRegistryHosts: string[] = []) =>
  imageRepository({ ...base, provider: 'generic', host }, { ...endpoints, allowedRegistryHosts })

t.test('an image has a registry to ask, a path there, and a name in references', async t => {
  t.match(docker('nginx'), { endpoint: 'https://registry-1.docker.io', path: 'library/nginx', name: 'nginx' })
  t.match(docker('alustan/backend'), { path: 'alustan/backend', name: 'alustan/backend' })
  const ghcr = imageRepository({ ...base, provider: 'ghcr' }, { ...endpoints, ghcrUrl: 'http://127.0.0.1:5' })
  t.match(ghcr, { endpoint: 'http://127.0.0.1:5', path: 'team/app', name: 'ghcr.io/team/app' })
  t.match(generic('Registry.example.com:5000'), {
    endpoint: 'https://registry.example.com:5000',
    name: 'registry.example.com:5000/team/app',
  })
  t.equal(generic('localhost:5000').endpoint, 'http://localhost:5000', 'loopback is asked by plain http')
  t.equal(generic('127.9.9.9').endpoint, 'http://127.9.9.9')
  t.equal(generic('127.example.com').endpoint, 'https://127.example.com', 'a name that looks like loopback is none')
  t.equal(generic('a:5', ['http://a:5', 'b']).endpoint, 'http://a:5', 'as the operator wrote it')
  t.equal(generic('b', ['http://a:5', 'b']).endpoint, 'https://b')
  t.throws(() => generic('c', ['http://a:5', 'b']), {
    reason: 'RegistryHostForbidden',
    message: /is not allowed here; use/,
  })
  t.throws(
    () => generic('localhost', ['b']),
    { reason: 'RegistryHostForbidden', message: /is not allowed here; use/ },
    'loopback too',
  )
  t.throws(
    () => generic('b:5000', ['b']),
    { reason: 'RegistryHostForbidden', message: /is not allowed here; use/ },
    'a port is part of the host',
  )
  t.throws(() => generic('a:99999'), { reason: 'InvalidSpec', message: /is no host/ })
  t.throws(() => imageRepository({ ...base, provider: 'generic' }, endpoints), {
    reason: 'InvalidSpec',
    message: /names no registry/,
  })
})

t.test('a string that is the image gets the tag, and no other string', async t => {
  const digest = `@sha256:${'0'.repeat(64)}`
  const hosted = generic('host:5000')
  const rows = [
    ['alustan/backend', docker('alustan/backend'), 'alustan/backend:9'],
    ['alustan/backend:1.0', docker('alustan/backend'), 'alustan/backend:9'],
    [`alustan/backend:1.0${digest}`, docker('alustan/backend'), 'alustan/backend:9'],
    [`alustan/backend${digest}`, docker('alustan/backend'), 'alustan/backend:9'],
    ['docker.io/alustan/backend:1', docker('alustan/backend'), 'docker.io/alustan/backend:9'],
    ['index.docker.io/alustan/backend', docker('alustan/backend'), 'index.docker.io/alustan/backend:9'],
    ['registry-1.docker.io/alustan/backend', docker('alustan/backend'), 'registry-1.docker.io/alustan/backend:9'],
    ['library/nginx:1', docker('nginx'), 'library/nginx:9'],
    ['docker.io/library/nginx', docker('nginx'), 'docker.io/library/nginx:9'],
    ['nginx:1', docker('library/nginx'), 'nginx:9'],
    ['team/app:1', hosted, 'team/app:9'],
    ['host:5000/team/app', hosted, 'host:5000/team/app:9'],
    ['host:5000/team/app:1', hosted, 'host:5000/team/app:9'],
    ['host/team/app', hosted, undefined],
    ['ghcr.io/alustan/backend', docker('alustan/backend'), undefined],
    ['https://docker.io/alustan/backend', docker('alustan/backend'), undefined],
    ['alustan/backend2', docker('alustan/backend'), undefined],
    ['alustan/backend:', docker('alustan/backend'), undefined],
    ['alustan/backend:a b', docker('alustan/backend'), undefined],
    ['run alustan/backend:1', docker('alustan/backend'), undefined],
    ['alustan/backend:1:2', docker('alustan/backend'), undefined],
    ['', docker('alustan/backend'), undefined],
  ] as const
  for (const [text, image, want] of rows) t.equal(retag(text, image, '9'), want, `'${text}'`)
  t.equal(isRepository('docker.io/library/nginx', docker('nginx')), true)
  t.equal(isRepository('nginx:1', docker('nginx')), false)
})

const auth = (text: string) => Buffer.from(text).toString('base64')
const config = (auths: object) => parseDockerConfig(JSON.stringify({ auths }), 'file')

t.test('credentials are found as docker and kubelet find them', async t => {
  const many = config({
    'https://index.docker.io/v1/': { auth: auth('hub:pass:word') },
    'ghcr.io': { username: 'gh', password: 'p' },
    'https://registry.example.com/v2/': { auth: auth('plain:p') },
    'registry.example.com/team': { auth: auth('team:p') },
    'registry.example.com/team/deep': { auth: auth('deep:p') },
    'host:5000': { identitytoken: 'id', auth: auth('x:') },
    '*.dkr.ecr.*.amazonaws.com': { auth: auth('AWS:p') },
    '1.dkr.ecr.eu-west-1.amazonaws.com': { auth: auth('own:p') },
    'helper.example.com': {},
  })
  const rows = [
    ['registry-1.docker.io', 'library/nginx', 'hub'],
    ['docker.io', 'a/b', 'hub'],
    ['ghcr.io', 'a/b', 'gh'],
    ['GHCR.io', 'a/b', 'gh'],
    ['registry.example.com', 'other/app', 'plain'],
    ['registry.example.com', 'team/app', 'team'],
    ['registry.example.com', 'team/deep/app', 'deep'],
    ['registry.example.com', 'teams/app', 'plain'],
    ['registry.example.com:5000', 'a/b', undefined],
    ['2.dkr.ecr.us-east-1.amazonaws.com', 'a', 'AWS'],
    ['1.dkr.ecr.eu-west-1.amazonaws.com', 'a', 'own'],
    ['x.2.dkr.ecr.us-east-1.amazonaws.com', 'a', undefined],
    ['helper.example.com', 'a', undefined],
    ['unknown.example.com', 'a', undefined],
  ] as const
  for (const [host, repository, want] of rows) {
    const found = credentialsFor(many, host, repository)
    t.equal(found?.kind === 'password' ? found.username : undefined, want, `${host}/${repository}`)
  }
  t.match(credentialsFor(many, 'docker.io', 'a/b'), { password: 'pass:word' }, 'split at the first colon')
  t.same(credentialsFor(many, 'host:5000', 'a'), { kind: 'identityToken', token: 'id' })
})

t.test('passwords that a helper holds are said to be just that', async t => {
  const file = {
    auths: { 'written.example.com': { auth: auth('me:p') }, 'https://index.docker.io/v1/': {}, 'gcr.io': {} },
    credHelpers: { 'gcr.io': 'gcloud', 'written.example.com': 'gcloud' },
    credsStore: 'desktop',
  }
  const parsed = parseDockerConfig(JSON.stringify(file), 'file')
  t.match(credentialsFor(parsed, 'written.example.com', 'a'), { kind: 'password', username: 'me' })
  t.same(credentialsFor(parsed, 'gcr.io', 'a'), { kind: 'helper', program: 'docker-credential-gcloud' })
  for (const host of ['docker.io', 'other.example.com'])
    t.same(credentialsFor(parsed, host, 'a'), { kind: 'helper', program: 'docker-credential-desktop' })
  t.equal(
    helperFault(parsed, "file 'x'")?.message,
    "file 'x' leaves passwords to 'docker-credential-desktop' and 'docker-credential-gcloud', which cannot be asked here; write username and password into it",
  )
  t.equal(helperFault(config({ a: { auth: auth('me:p') } }), 'file'), undefined)

  const path = join(t.testdir({ 'config.json': JSON.stringify(file) }), 'config.json')
  const faults: string[] = []
  const find = registryCredentials({ ...parseConfig({}), dockerConfigPath: path }, fault => faults.push(fault.message))
  for (let times = 0; times < 3; times++) await find('docker.io', 'a')
  t.equal(faults.length, 1, 'told once')
})

t.test('a file that is no docker config is refused without telling what is in it', async t => {
  for (const text of [
    '',
    'secret',
    '[]',
    '"secret"',
    '{"auths":"secret"}',
    '{"auths":{"a":{"auth":5}}}',
    '{"auths":{"a":"secret"}}',
  ]) {
    t.throws(
      () => parseDockerConfig(text, 'file x'),
      { reason: 'InvalidInput', message: /^file x is no docker config\.json; write/ },
      text,
    )
  }
  t.throws(() => config({ a: { auth: 'c2VjcmV0' } }), {
    message: "file: 'auth' of 'a' cannot be read; it must be the base64 of USER:PASSWORD",
  })
  t.same(parseDockerConfig('{}', 'file'), [], 'docker writes one without credentials too')
})

t.test('the docker config is read again when it changes, and the good one kept when it turns bad', async t => {
  const folder = t.testdir({ 'config.json': '{"auths":{"a":{"auth":"' + auth('one:p') + '"}}}' })
  const path = join(folder, 'config.json')
  const replace = async (text: string) => {
    await writeFile(`${path}.new`, text)
    await rename(`${path}.new`, path)
  }
  const configFile = (at: string, faults: string[]) =>
    watchedFile<DockerConfig>({
      path: at,
      variable: 'DOCKER_CONFIG_JSON',
      parse: parseDockerConfig,
      initial: [],
      onFault: ({ message }) => faults.push(message),
    })
  const faults: string[] = []
  const read = configFile(path, faults)
  const first = await read()
  t.match(credentialsFor(first, 'a', 'x'), { username: 'one' })
  t.equal(await read(), first, 'not read twice')
  await replace('garbage')
  t.equal(await read(), first)
  await read()
  t.equal(faults.length, 1, 'told once')
  await replace('{"auths":{"a":{"auth":"' + auth('two:p') + '"}}}')
  t.match(credentialsFor(await read(), 'a', 'x'), { username: 'two' })
  const missing: string[] = []
  t.same(await configFile(join(folder, 'none'), missing)(), [])
  t.match(missing, [/cannot be read \(ENOENT\); check DOCKER_CONFIG_JSON$/])
})

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
  ]
  for (const [registry, realm, usable, trusted] of rows) {
    t.equal(isUsableRealm(new URL(realm), new URL(registry)), usable, `${realm} for ${registry}`)
    t.equal(isTrustedRealm(new URL(realm), new URL(registry)), trusted, `${realm} for a password of ${registry}`)
  }
})

t.test('Retry-After is read as seconds or as a date, and is never nothing', async t => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  const rows = [
    [null, 60_000],
    ['', 60_000],
    ['soon', 60_000],
    ['5', 5000],
    ['0', 1000],
    ['999999999', 86_400_000],
  ] as const
  for (const [header, want] of rows) t.equal(parseRetryAfter(header, now), want, String(header))
  t.equal(parseRetryAfter('Thu, 01 Jan 2026 00:02:00 GMT', now), 120_000)
  t.equal(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 1000, 'a date gone by')
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
    dockerKey: (text: string) => credentialsFor(config({ [text]: { auth: auth('a:b') } }), 'a.b', 'c'),
    retag: (text: string) => retag(text, docker('a/b'), '1'),
  }
  for (const [name, parse] of Object.entries(parsers)) {
    fc.assert(fc.property(fc.oneof(hostile, fc.string({ maxLength: 400 })), calm(parse)), { numRuns: 500 })
    for (const unit of ['<', 'a ', ';a', '"', '\\', ' ', ',', ';a="', 'a=', '(']) {
      t.ok(calm(parse)(unit.repeat(8000)), `${name} of many '${unit}'`)
    }
  }
})
