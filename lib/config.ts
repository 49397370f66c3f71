import { z } from 'zod'
import { parseDuration } from './duration.js'
import { AlustanError } from './errors.js'
import { TOKEN } from './github/token.js'

const interval = (byDefault: string) =>
  z
    .string()
    .default(byDefault)
    .transform((text, context) => {
      const seconds = parseDuration(text)
      if (seconds !== undefined && seconds >= 1) return seconds
      context.addIssue(`'${text}' is no duration of at least 1s; write it like 30s, 5m or 1h30m`)
      return z.NEVER
    })

const commaList = z
  .string()
  .default('')
  .transform(text =>
    text
      .split(',')
      .map(part => part.trim())
      .filter(part => part !== ''),
  )

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'is no http(s) URL', abort: true })
  .refine(isBareUrl, 'must have no user, password, query or fragment')
  .transform(url => url.replace(/\/+$/, ''))

/** Nothing in a URL may be secret: it is shown in messages. */
function isBareUrl(text: string): boolean {
  const { username, password, search, hash } = new URL(text)
  return username + password + search + hash === ''
}

/** The server's environment variables; every description is for the one who operates it. */
const Environment = z.object({
  PORT: z.coerce
    .number('is no port; write a number from 0 to 65535')
    .int()
    .min(0)
    .max(65535)
    .default(8080)
    .describe('Port to listen on; 0 takes a free one.'),
  HOOK_TOKEN: z
    .string()
    .min(8, 'is too short; use at least 8 characters')
    .optional()
    .describe('Hooks need `Authorization: Bearer` with this.'),
  ALUSTAN_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'is no namespace name')
    .default('alustan')
    .describe('Namespace that holds the Secrets of the workspaces.'),
  APP_SYNC_INTERVAL: interval('5m').describe('How often the images of Services are scanned.'),
  INFRA_SYNC_INTERVAL: interval('6h').describe('How often the images of Terraforms are scanned.'),
  PREVIEW_SYNC_INTERVAL: interval('1m').describe('How often pull requests are listed.'),
  DOCKER_CONFIG_JSON: z
    .string()
    .optional()
    .describe("Path of a docker `config.json` with the registries' credentials."),
  GITHUB_TOKEN: z
    .string()
    .regex(TOKEN, 'has characters that no token has; write the token and nothing else')
    .optional()
    .describe('Token that reads pull requests; public repositories need none, but are then listed seldom.'),
  GITHUB_TOKEN_FILE: z.string().optional().describe('Path of a file with that token, read again when it changes.'),
  GITHUB_API_URL: httpUrl.default('https://api.github.com').describe('GitHub API, e.g. of a GitHub Enterprise Server.'),
  DOCKER_REGISTRY_URL: httpUrl
    .default('https://registry-1.docker.io')
    .describe('Registry asked for provider `docker`: a mirror.'),
  GHCR_URL: httpUrl.default('https://ghcr.io').describe('Registry asked for provider `ghcr`: a mirror.'),
  KUBERNETES_API_URL: httpUrl
    .optional()
    .describe('Kubernetes API, e.g. of `kubectl proxy`; the one of the cluster that this runs in when left out.'),
  COPY_REGISTRY_SECRET: z
    .enum(['true', 'false'], 'is neither true nor false')
    .default('true')
    .transform(text => text === 'true')
    .describe('Whether a Terraform gets a pull Secret made of our credentials.'),
  READ_POD_LOGS: z
    .enum(['true', 'false'], 'is neither true nor false')
    .default('true')
    .transform(text => text === 'true')
    .describe("Whether outputs of postDeploy and reasons of failed runs are read from Terraforms' pods."),
  ALLOWED_REGISTRY_HOSTS: commaList.describe(
    'Hosts that provider `generic` may name, comma-separated; unset: any. An entry `http://HOST` is asked by plain http.',
  ),
  ALLOWED_PROJECTS: commaList.describe('Argo CD projects that a Service may name; the first is the default.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severity that is logged.'),
})

/** Names of the variables that the server reads. */
export const VARIABLES: readonly string[] = Object.keys(Environment.shape)

/** What the server was told by its environment: intervals in seconds, lists split. */
export interface Config {
  port: number
  hookToken: string | undefined
  namespace: string
  appSyncSeconds: number
  infraSyncSeconds: number
  previewSyncSeconds: number
  dockerConfigPath: string | undefined
  githubToken: string | undefined
  githubTokenPath: string | undefined
  githubApiUrl: string
  dockerRegistryUrl: string
  ghcrUrl: string
  kubernetesApiUrl: string | undefined
  copyRegistrySecret: boolean
  readPodLogs: boolean
  allowedRegistryHosts: readonly string[]
  allowedProjects: readonly [string, ...string[]]
  logLevel: string
}

/** Reads the environment; an empty variable counts as unset. Throws one `InvalidInput` that names every bad variable. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    throw new AlustanError('InvalidInput', `environment: ${faults.join('; ')}`)
  }
  const values = parsed.data
  if (values.GITHUB_TOKEN !== undefined && values.GITHUB_TOKEN_FILE !== undefined) {
    throw new AlustanError('InvalidInput', 'environment: GITHUB_TOKEN and GITHUB_TOKEN_FILE are both set; unset one')
  }
  const [firstProject = 'default', ...otherProjects] = values.ALLOWED_PROJECTS
  return {
    port: values.PORT,
    hookToken: values.HOOK_TOKEN,
    namespace: values.ALUSTAN_NAMESPACE,
    appSyncSeconds: values.APP_SYNC_INTERVAL,
    infraSyncSeconds: values.INFRA_SYNC_INTERVAL,
    previewSyncSeconds: values.PREVIEW_SYNC_INTERVAL,
    dockerConfigPath: values.DOCKER_CONFIG_JSON,
    githubToken: values.GITHUB_TOKEN,
    githubTokenPath: values.GITHUB_TOKEN_FILE,
    githubApiUrl: values.GITHUB_API_URL,
    dockerRegistryUrl: values.DOCKER_REGISTRY_URL,
    ghcrUrl: values.GHCR_URL,
    kubernetesApiUrl: values.KUBERNETES_API_URL,
    copyRegistrySecret: values.COPY_REGISTRY_SECRET,
    readPodLogs: values.READ_POD_LOGS,
    allowedRegistryHosts: values.ALLOWED_REGISTRY_HOSTS,
    allowedProjects: [firstProject, ...otherProjects],
    logLevel: values.LOG_LEVEL,
  }
}
