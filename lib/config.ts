import { z } from 'zod'
import { baseUrl, commaList, filePath, flag, interval, registryUrl } from './environment-values.js'
import { AlustanError } from './errors.js'
import { TOKEN } from './github/token.js'

const HOST = /^(https?:\/\/)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?\/*$/i
const TOKEN_HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i
const PROJECT = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/
const NAMESPACE = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'is no name of a namespace; use lower-case letters, digits and -')
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** The server's environment variables; every description is for the one who operates it. */
const Environment = z.object({
  PORT: z
    .string()
    .default('8080')
    .refine(text => /^\d{1,5}$/.test(text) && Number(text) <= 65535, 'is no port; write a number from 0 to 65535')
    .transform(Number)
    .describe('Port to listen on; 0 takes a free one.'),
  HOOK_TOKEN: z
    .string()
    .min(8, 'is too short; use at least 8 characters')
    .regex(/^[\x21-\x7e]*$/, 'holds a blank, a line break or a sign that no header carries; use letters and digits')
    .optional()
    .describe('Hooks need `Authorization: Bearer` with this.'),
  ALUSTAN_NAMESPACE: NAMESPACE.default('alustan').describe('Namespace that holds the Secrets of the workspaces.'),
  ARGO_CD_NAMESPACE: NAMESPACE.default('argocd').describe("Argo CD's own namespace."),
  APP_SYNC_INTERVAL: interval('5m').describe('How often the images of Services are scanned.'),
  INFRA_SYNC_INTERVAL: interval('6h').describe(
    'How often the images of Terraforms are scanned; more often while no tag can be deployed, or after a failure.',
  ),
  PREVIEW_SYNC_INTERVAL: interval('1m').describe('How often pull requests are listed.'),
  DOCKER_CONFIG_JSON: filePath.optional().describe("Path of a docker `config.json` with the registries' credentials."),
  GITHUB_TOKEN: z
    .string()
    .regex(TOKEN, 'has characters that no token has; write the token and nothing else')
    .optional()
    .describe('Token that reads pull requests; public repositories need none, but are then listed seldom.'),
  GITHUB_TOKEN_FILE: filePath.optional().describe('Path of a file with that token, read again when it changes.'),
  GITHUB_API_URL: baseUrl.default('https://api.github.com').describe('GitHub API, e.g. of a GitHub Enterprise Server.'),
  DOCKER_REGISTRY_URL: registryUrl
    .default('https://registry-1.docker.io')
    .describe('Registry asked for provider `docker`: a mirror.'),
  GHCR_URL: registryUrl.default('https://ghcr.io').describe('Registry asked for provider `ghcr`: a mirror.'),
  KUBERNETES_API_URL: baseUrl
    .optional()
    .describe('Kubernetes API, e.g. of `kubectl proxy`; the one of the cluster that this runs in when left out.'),
  COPY_REGISTRY_SECRET: flag.describe('Whether a Terraform gets a pull Secret made of our credentials.'),
  READ_POD_LOGS: flag.describe(
    "Whether outputs of postDeploy and reasons of failed runs are read from Terraforms' pods.",
  ),
  ALLOWED_REGISTRY_HOSTS: commaList(
    HOST,
    'is no host; write HOST or HOST:PORT, perhaps with http:// before it',
  ).describe(
    'Hosts that provider `generic` may name, comma-separated; unset: any. An entry `http://HOST` is asked by plain http.',
  ),
  ALLOWED_TOKEN_HOSTS: commaList(TOKEN_HOST, 'is no host; write HOST, without https:// and port').describe(
    "Hosts that may be asked by https for a token with a registry's password, comma-separated, beside those of its own domain.",
  ),
  ALLOWED_PROJECTS: commaList(PROJECT, 'is no name of an Argo CD project').describe(
    'Argo CD projects that a Service may name; the first is the default.',
  ),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `is no level; use one of ${LOG_LEVELS.join(', ')}`)
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
  argoCdNamespace: string
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
  allowedTokenHosts: readonly string[]
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
    argoCdNamespace: values.ARGO_CD_NAMESPACE,
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
    allowedTokenHosts: values.ALLOWED_TOKEN_HOSTS,
    allowedProjects: [firstProject, ...otherProjects],
    logLevel: values.LOG_LEVEL,
  }
}
