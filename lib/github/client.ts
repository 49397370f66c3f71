import { Octokit } from '@octokit/rest'
import { z } from 'zod'
import { AlustanError } from '../errors.js'
import { gitHubFetch, type GitHubLimits } from './github-fetch.js'
import type { Repository } from './pull-requests.js'
import { type Errand, refusal } from './refusal.js'
import { type Session, sessions } from './session.js'

export interface GitHubClientDeps {
  readonly fetch: typeof fetch
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number
  readonly apiUrl: string
  readonly token: () => Promise<string | undefined>
  readonly onRequest?: (request: { host: string; code: string }) => void
  readonly limits?: Partial<GitHubLimits>
}

/** An answer of GitHub that came whole; `data` is text where it was no JSON. */
export interface GitHubAnswer {
  readonly status: number
  readonly data: unknown
  readonly etag: string | undefined
  readonly link: string
}

/** Asks one GitHub with one token at a time. */
export interface GitHubClient {
  readonly host: string
  /** The session of the token that is in use now. */
  session(): Promise<Session>
  /** Asks by Octokit; answers of any status come back, and what gave none throws `AlustanError`. */
  ask(call: (octokit: Octokit) => Promise<unknown>): Promise<GitHubAnswer>
  /** The failure that an answer of this status means. */
  refusal(
    status: number,
    errand: Pick<Errand, 'act' | 'permission'> & { repository: Repository },
  ): Promise<AlustanError>
}

const OctokitResponse = z.object({
  status: z.number(),
  data: z.unknown(),
  headers: z.object({ etag: z.string().optional(), link: z.string().optional() }),
})

const LIMITS: GitHubLimits = { requestMs: 10_000, maxBytes: 16 * 1024 * 1024 }
const silent = () => undefined
const LOG = { debug: silent, info: silent, warn: silent, error: silent }

/** Makes a client that remembers how often it may ask. */
export function createGitHubClient(deps: GitHubClientDeps): GitHubClient {
  const { host } = new URL(deps.apiUrl)
  const session = sessions(deps.token, deps.now)
  const { fetch, apiUrl, onRequest = silent } = deps
  const bounded = gitHubFetch({ fetch, apiUrl, session, limits: { ...LIMITS, ...deps.limits }, onRequest })
  const octokit = new Octokit({ baseUrl: apiUrl, log: LOG, request: { fetch: bounded } })
  return {
    host,
    session,
    async ask(call) {
      try {
        return readAnswer(await call(octokit))
      } catch (thrown) {
        return readAnswer(responseOf(thrown))
      }
    },
    async refusal(status, errand) {
      return refusal(status, { ...errand, host, hasToken: (await session()).token !== undefined })
    },
  }
}

function readAnswer(response: unknown): GitHubAnswer {
  const { status, data, headers } = OctokitResponse.parse(response)
  return { status, data, etag: headers.etag, link: headers.link ?? '' }
}

/** Octokit throws answers that are not 2xx, 304 among them; what our `fetch` throws it wraps. */
function responseOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) throw thrown
  if (thrown.cause instanceof AlustanError) throw thrown.cause
  if ('response' in thrown && thrown.response !== undefined) return thrown.response
  throw thrown
}
