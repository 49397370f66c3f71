import { spawn } from 'node:child_process'
import t from 'tap'
import { VARIABLES, parseConfig } from '../lib/config.js'
import { errorText } from '../lib/errors.js'
import { MARK as CANARY, canary, leaks } from './canaries.js'

const settings: [name: string, text: string, want: object][] = [
  ['PORT', '0', { port: 0 }],
  ['PORT', '65535', { port: 65535 }],
  ['PORT', '', { port: 8080 }],
  ['PORT', ' ', /^PORT is no port; write a number from 0 to 65535$/],
  ['PORT', '65536', /^PORT is no port/],
  ['PORT', '-1', /^PORT is no port/],
  ['PORT', '0x50', /^PORT is no port/],
  ['PORT', '8e3', /^PORT is no port/],
  ['PORT', '80.5', /^PORT is no port/],
  ['HOOK_TOKEN', 'a-good-token', { hookToken: 'a-good-token' }],
  ['HOOK_TOKEN', 'short', /^HOOK_TOKEN is too short; use at least 8 characters$/],
  ['HOOK_TOKEN', `${CANARY}\n`, /^HOOK_TOKEN holds a blank, a line break/],
  ['HOOK_TOKEN', `${CANARY} ${CANARY}`, /^HOOK_TOKEN holds a blank/],
  ['HOOK_TOKEN', `${CANARY}é`, /^HOOK_TOKEN holds a blank, .* sign that no header carries/],
  ['ALUSTAN_NAMESPACE', 'team-1', { namespace: 'team-1' }],
  ['ALUSTAN_NAMESPACE', 'Team', /^ALUSTAN_NAMESPACE is no name of a namespace/],
  ['ALUSTAN_NAMESPACE', 'a.b', /^ALUSTAN_NAMESPACE is no name/],
  ['ALUSTAN_NAMESPACE', 'x'.repeat(64), /^ALUSTAN_NAMESPACE is no name/],
  ['APP_SYNC_INTERVAL', '1h30m', { appSyncSeconds: 5400 }],
  ['APP_SYNC_INTERVAL', '5 minutes', /^APP_SYNC_INTERVAL '5 minutes' is no duration from 1s to 480h; write it like/],
  ['APP_SYNC_INTERVAL', '300', /^APP_SYNC_INTERVAL '300' is no duration/],
  ['APP_SYNC_INTERVAL', '500ms', /^APP_SYNC_INTERVAL '500ms' is no duration/],
  ['INFRA_SYNC_INTERVAL', '480h', { infraSyncSeconds: 1_728_000 }],
  ['INFRA_SYNC_INTERVAL', '1000h', /^INFRA_SYNC_INTERVAL '1000h' is no duration/],
  ['PREVIEW_SYNC_INTERVAL', '-1m', /^PREVIEW_SYNC_INTERVAL '-1m' is no duration/],
  ['DOCKER_CONFIG_JSON', '/etc/alustan/config.json', { dockerConfigPath: '/etc/alustan/config.json' }],
  ['DOCKER_CONFIG_JSON', `{"auths":{"${CANARY}":{}}}`, /^DOCKER_CONFIG_JSON is no path of a file; give the path/],
  ['DOCKER_CONFIG_JSON', `eyJ${CANARY}`, /^DOCKER_CONFIG_JSON is no path of a file; give the path/],
  ['DOCKER_CONFIG_JSON', './config.json', { dockerConfigPath: './config.json' }],
  ['GITHUB_TOKEN_FILE', CANARY, /^GITHUB_TOKEN_FILE is no path of a file; give the path/],
  ['DOCKER_CONFIG_JSON', ' ', /^DOCKER_CONFIG_JSON is no path/],
  ['DOCKER_REGISTRY_URL', 'http://mirror:5000/hub/', { dockerRegistryUrl: 'http://mirror:5000/hub' }],
  ['DOCKER_REGISTRY_URL', 'mirror:5000', /^DOCKER_REGISTRY_URL is no http\(s\) URL; write it like https:\/\/HOST$/],
  ['DOCKER_REGISTRY_URL', 'https://', /^DOCKER_REGISTRY_URL is no http/],
  ['DOCKER_REGISTRY_URL', 'http:mirror', /^DOCKER_REGISTRY_URL is no http/],
  ['DOCKER_REGISTRY_URL', 'https://a b', /^DOCKER_REGISTRY_URL is no http/],
  [
    'DOCKER_REGISTRY_URL',
    `https://me:${CANARY}@mirror`,
    /^DOCKER_REGISTRY_URL must have no user, password, query or fragment$/,
  ],
  ['DOCKER_REGISTRY_URL', 'https://mirror/?a=b', /^DOCKER_REGISTRY_URL must have no user/],
  ['GHCR_URL', 'https://mirror/#top', /^GHCR_URL must have no user/],
  ['GHCR_URL', 'https://mirror/v2/', /^GHCR_URL ends with \/v2, which is added to it/],
  ['KUBERNETES_API_URL', 'ftp://x', /^KUBERNETES_API_URL is no http/],
  ['COPY_REGISTRY_SECRET', 'false', { copyRegistrySecret: false }],
  ['COPY_REGISTRY_SECRET', 'no', /^COPY_REGISTRY_SECRET is neither true nor false/],
  ['ALLOWED_REGISTRY_HOSTS', 'a.example, http://b:5000/', { allowedRegistryHosts: ['a.example', 'http://b:5000/'] }],
  ['ALLOWED_REGISTRY_HOSTS', ',', /^ALLOWED_REGISTRY_HOSTS ',' names nothing; unset it or name some$/],
  [
    'ALLOWED_REGISTRY_HOSTS',
    'a,*.example.com',
    /^ALLOWED_REGISTRY_HOSTS entry '\*\.example\.com' is no host; write HOST/,
  ],
  ['ALLOWED_REGISTRY_HOSTS', 'ghcr.io/team', /^ALLOWED_REGISTRY_HOSTS entry 'ghcr\.io\/team' is no host/],
  ['ALLOWED_TOKEN_HOSTS', 'a.example, b', { allowedTokenHosts: ['a.example', 'b'] }],
  ['ALLOWED_TOKEN_HOSTS', 'https://a', /^ALLOWED_TOKEN_HOSTS entry 'https:\/\/a' is no host; write HOST, without/],
  ['ARGO_CD_NAMESPACE', 'openshift-gitops', { argoCdNamespace: 'openshift-gitops' }],
  ['ARGO_CD_NAMESPACE', 'argo_cd', /^ARGO_CD_NAMESPACE is no name of a namespace; use lower-case/],
  ['ALLOWED_PROJECTS', 'a, b', { allowedProjects: ['a', 'b'] }],
  ['ALLOWED_PROJECTS', '*', /^ALLOWED_PROJECTS entry '\*' is no name of an Argo CD project$/],
  ['ALLOWED_PROJECTS', ' , ', /^ALLOWED_PROJECTS ' , ' names nothing/],
  ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
  ['LOG_LEVEL', 'verbose', /^LOG_LEVEL is no level; use one of trace, debug, info/],
]
t.test('every variable of the environment is checked, and no password is shown', async t => {
  for (const [name, text, want] of settings) {
    if (!(want instanceof RegExp)) {
      t.match(parseConfig({ [name]: text }), want, `${name}=${text}`)
      continue
    }
    try {
      parseConfig({ [name]: text })
      t.fail(`${name}=${text} is taken`)
    } catch (thrown) {
      const { message } = thrown as Error
      t.match(message.replace('environment: ', ''), want)
      t.notMatch(message, CANARY)
      t.notMatch(message, /\n|;.*;.*;/, 'one fault, one line')
    }
  }
})

/** What each variable holds. A new one fails here until it is named. */
const HOLDS: Record<string, 'a secret' | 'the path of a secret' | 'an address' | 'a setting'> = {
  PORT: 'a setting',
  HOOK_TOKEN: 'a secret',
  ALUSTAN_NAMESPACE: 'a setting',
  ARGO_CD_NAMESPACE: 'a setting',
  APP_SYNC_INTERVAL: 'a setting',
  INFRA_SYNC_INTERVAL: 'a setting',
  PREVIEW_SYNC_INTERVAL: 'a setting',
  DOCKER_CONFIG_JSON: 'the path of a secret',
  GITHUB_TOKEN: 'a secret',
  GITHUB_TOKEN_FILE: 'the path of a secret',
  GITHUB_API_URL: 'an address',
  DOCKER_REGISTRY_URL: 'an address',
  GHCR_URL: 'an address',
  KUBERNETES_API_URL: 'an address',
  COPY_REGISTRY_SECRET: 'a setting',
  READ_POD_LOGS: 'a setting',
  ALLOWED_REGISTRY_HOSTS: 'a setting',
  ALLOWED_TOKEN_HOSTS: 'a setting',
  ALLOWED_PROJECTS: 'a setting',
  LOG_LEVEL: 'a setting',
}

/** What somebody may write there by mistake; refused at the start. */
const MISTAKES = {
  'a secret': [`${canary('secret')} with a blank`, `${canary('secret')}\n`],
  'the path of a secret': [canary('secret'), `{"auths": "${canary('secret')}"}`, btoa(`{"auths": "${canary('x')}"}`)],
  'an address': [`https://user:${canary('password')}@x`, `https://x?token=${canary('token')}`, canary('secret')],
  'a setting': [],
}

t.test('a bad environment is told without its values', async t => {
  t.strictSame(Object.keys(HOLDS).sort(), [...VARIABLES].sort())
  const bad = Object.entries(HOLDS).flatMap(([name, what]) => MISTAKES[what].map(text => [name, text] as const))
  for (const [name, text] of bad) {
    t.throws(
      () => parseConfig({ [name]: text }),
      { message: new RegExp(`^environment: ${name} `) },
      `${name}: ${HOLDS[name]}`,
    )
    t.strictSame(leaks(messageOf(() => parseConfig({ [name]: text }))), [])
  }
  const child = spawn(process.execPath, ['dist/hooks/server.js'], { env: Object.fromEntries(bad) })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  }
  t.equal(await new Promise(resolve => child.on('close', resolve)), 1)
  t.match(text, /^alustan: environment: .*\n$/)
  t.strictSame(leaks(text), [])
})

function messageOf(run: () => unknown): string {
  try {
    return JSON.stringify(run())
  } catch (thrown) {
    return errorText(thrown)
  }
}
