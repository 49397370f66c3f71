import fc from 'fast-check'
import t from 'tap'
import { branchSlug } from '../lib/preview/branch-slug.js'
import { IMAGE_TAG_TEMPLATE, previewTag } from '../lib/preview/image-tag.js'
import { isHost, previewHost } from '../lib/preview/preview-host.js'
import { previewName } from '../lib/preview/preview-name.js'
import { safeText } from '../lib/preview/safe-text.js'

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const sha = 'abcdef0123456789abcdef0123456789abcdef01'
const long = (character: string, length: number) => character.repeat(length)

const slugs: [why: string, branch: string, slug: string][] = [
  ['plain', 'main', 'main'],
  ['slashes', 'feature/login', 'feature-login'],
  ['many slashes', 'a//b///c', 'a-b-c'],
  ['capitals', 'Fix/Login-Page', 'fix-login-page'],
  ['underscores and dots', 'release_1.2.3', 'release-1-2-3'],
  ['accents', 'Émile/naïve', 'emile-naive'],
  ['emoji beside letters', '🚀launch🚀', 'launch'],
  ['nothing but emoji', '🚀🚀', ''],
  ['another script has no letters for DNS', '機能/ログイン', ''],
  ['hyphens at both ends', '--x--', 'x'],
  ['leading digits', '123-fix', '123-fix'],
  ['a Turkish capital', 'İstanbul', 'istanbul'],
  ['what a branch of a robot looks like', 'dependabot/npm_and_yarn/zod-4.6.7', 'dependabot-npm-and-yarn-zod-4-6-7'],
  ['text of a template', 'x-{{ .Values.y }}', 'x-values-y'],
  ['shell and quotes', `a$(id)"'b`, 'a-id-b'],
  ['200 characters stay', long('a', 200), long('a', 200)],
]
for (const [why, branch, slug] of slugs) {
  t.test(`slug: ${why}`, async t => t.equal(branchSlug(branch), slug))
}

const repository = { owner: 'alustan', name: 'web-app-demo' }
const web = { namespace: 'team', name: 'web' }
const nameOf = (branch: string, number: number, service = web, of = repository) =>
  previewName(service, of, { number, branch })

const names: [why: string, name: string, want: RegExp][] = [
  ['service, branch and number can be read', nameOf('feature/login', 7), /^preview-web-feature-login-7-[0-9a-f]{8}$/],
  ['no slug, no gap', nameOf('🚀', 7), /^preview-web-7-[0-9a-f]{8}$/],
  ['200 characters are cut, the number is not', nameOf(long('a', 200), 7), /^preview-web-a{40}-7-[0-9a-f]{8}$/],
  ['a cut leaves no hyphen', nameOf(`${long('a', 40)}/b`, 7), /^preview-web-a{40}-7-[0-9a-f]{8}$/],
  [
    'the longest service',
    nameOf('feature', 123456, { namespace: 'team', name: long('s', 50) }),
    /^preview-s{39}-123456-[0-9a-f]{8}$/,
  ],
  ['leading digits', nameOf('1-2-3', 4), /^preview-web-1-2-3-4-[0-9a-f]{8}$/],
]
for (const [why, name, want] of names) {
  t.test(`name: ${why}`, async t => {
    t.match(name, want)
    t.match(name, LABEL)
  })
}

const twins: [why: string, one: string, other: string][] = [
  ['branches that slug alike', nameOf('a/b', 1), nameOf('a-b', 2)],
  ['a branch that takes over a number', nameOf('a/b', 1), nameOf('a-b', 1)],
  ['branches that are alike once cut', nameOf(`${long('a', 100)}x`, 1), nameOf(`${long('a', 100)}y`, 1)],
  ['a hyphen that is of the service or of the branch', nameOf('a-b', 1), nameOf('b', 1, { ...web, name: 'web-a' })],
  ['Services of one name in two namespaces', nameOf('a', 1), nameOf('a', 1, { ...web, namespace: 'other' })],
  ['another repository', nameOf('a', 1), nameOf('a', 1, web, { ...repository, name: 'other' })],
]
for (const [why, one, other] of twins) {
  t.test(`two names: ${why}`, async t => t.not(one, other))
}
t.test('a name does not change with the case of the repository, which GitHub ignores', async t =>
  t.equal(nameOf('a', 1), nameOf('a', 1, web, { owner: 'Alustan', name: 'Web-App-Demo' })),
)

const hosts: [why: string, host: string, branch: string, want: string | RegExp | undefined][] = [
  ['as users were promised', 'chart-example.local', 'x', 'preview-x-7-chart-example.local'],
  ['a slash', 'app.example.com', 'feature/login', 'preview-feature-login-7-app.example.com'],
  ['no slug', 'app.example.com', '🚀', 'preview-7-app.example.com'],
  ['a host of one label', 'localhost', 'x', 'preview-x-7-localhost'],
  ['a wildcard', '*.example.com', 'x', 'preview-x-7.example.com'],
  ['63 characters fit', `${long('h', 51)}.com`, 'x', `preview-x-7-${long('h', 51)}.com`],
  ['64 do not', `${long('h', 52)}.com`, 'x', /^preview-7-[0-9a-f]{8}-h{44}\.com$/],
  ['a long branch is cut', 'app.example.com', long('b', 200), /^preview-b{40}-7-[0-9a-f]{8}-app\.example\.com$/],
  ['both are long', `${long('h', 63)}.com`, long('b', 200), /^preview-7-[0-9a-f]{8}-h{44}\.com$/],
  ['leading digits', '1and1.example.com', '2fa', 'preview-2fa-7-1and1.example.com'],
  ['punycode', 'xn--bcher-kva.example', 'x', 'preview-x-7-xn--bcher-kva.example'],
  ['capitals are no host of an Ingress', 'App.Example.com', 'x', undefined],
  ['an address with scheme', 'https://app.example.com', 'x', undefined],
  ['a port', 'app.example.com:8080', 'x', undefined],
  ['a path', 'app.example.com/x', 'x', undefined],
  ['a template', '{{ .Values.host }}', 'x', undefined],
  ['an empty label', 'app..example.com', 'x', undefined],
  ['a dot at the end', 'app.example.com.', 'x', undefined],
  ['a hyphen at an end', '-app.example.com', 'x', undefined],
  ['a wildcard inside', 'app.*.com', 'x', undefined],
  ['a label of 64', `app.${long('h', 64)}`, 'x', undefined],
  ['253 characters become too many', `${long('a.', 126)}b`, 'x', undefined],
]
for (const [why, host, branch, want] of hosts) {
  t.test(`host: ${why}`, async t => {
    const made = previewHost(host, { number: 7, branch })
    if (want instanceof RegExp) t.match(made, want)
    else t.equal(made, want)
    if (made !== undefined) t.ok(isHost(made))
  })
}

const tags: [why: string, template: string, branch: string, want: string | undefined][] = [
  ['number and commit', 'pr-{{number}}-{{headShortSha}}', 'x', 'pr-7-abcdef0'],
  ['blanks in braces', '{{ headSha }}', 'x', sha],
  ['the branch', '{{branchSlug}}', 'Feature/Login', 'feature-login'],
  ['an empty slug leaves no tag', '{{branchSlug}}', '🚀', undefined],
  ['a hyphen first is no tag', '{{branchSlug}}-{{number}}', '🚀', undefined],
  ['128 characters are the most', '{{branchSlug}}', long('b', 128), long('b', 128)],
  ['129 are too many', '{{branchSlug}}', long('b', 129), undefined],
]
for (const [why, template, branch, want] of tags) {
  t.test(`tag: ${why}`, async t => {
    t.match(template, IMAGE_TAG_TEMPLATE)
    t.equal(previewTag(template, { number: 7, branch, sha, title: '', isFork: false, labels: [] }), want)
  })
}
for (const template of ['{{sha}}', '{{ .number }}', 'a b', '-x', 'x:{{number}}', '{{number', '', 'é']) {
  t.test(`no template of tags: '${template}'`, async t => t.notMatch(template, IMAGE_TAG_TEMPLATE))
}

t.test('text of a stranger is one safe line', async t => {
  t.equal(safeText('a\u0000b\u202e\r\n c\ud800 ', 20), 'ab c')
  t.equal(safeText('🚀🚀🚀🚀', 3), '🚀🚀…')
})

const anyBranch = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('a/b', 'a-b', ''),
)
const anyService = fc.constantFrom('a', 'a-b', 'web', long('s', 50), 'a--b')
const anyPreview = fc.tuple(anyService, fc.constantFrom('x', 'y'), anyBranch, fc.nat({ max: 2 ** 31 }))

t.test('a name is always a DNS label, and the same only for the same preview', async () => {
  fc.assert(
    fc.property(anyPreview, anyPreview, (one, other) => {
      const [a, b] = [one, other].map(([name, namespace, branch, number]) =>
        nameOf(branch, number, { name, namespace }),
      )
      return LABEL.test(a!) && LABEL.test(b!) && (a === b) === (JSON.stringify(one) === JSON.stringify(other))
    }),
    { numRuns: 3000 },
  )
})

t.test('a host of a copy is always one that Kubernetes takes, and tells copies apart', async () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
  fc.assert(
    fc.property(label, label, anyBranch, fc.nat({ max: 2 ** 31 }), (one, other, branch, number) => {
      const [a, b] = [one, other].map(first => previewHost(`${first}.example.com`, { number, branch }))
      return isHost(a!) && isHost(b!) && (a === b) === (one === other)
    }),
    { numRuns: 3000 },
  )
})
