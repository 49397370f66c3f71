import { z } from 'zod'
import { AlustanError } from '../errors.js'
import type { Answer } from '../http/bounded-request.js'
import { oddAnswer, oddStatus } from './odd-answer.js'
import { boundedFetch, type Budget } from './bounded-fetch.js'
import { parseChallenges } from './challenge.js'
import type { Credentials } from './docker-config.js'
import { parseJson } from '../http/parse-json.js'
import { isTrustedRealm, isUsableRealm } from './realm.js'

/** A value of the `Authorization` header and how long it is good, in milliseconds. */
export interface Authorization {
  readonly header: string
  readonly goodForMs: number
}

/** Whom a token is for, and who may be asked for it with credentials. */
export interface Applicant {
  /** The image, as the registry names it. */
  readonly path: string
  readonly credentials: Credentials | undefined
  /** Token services that the installation trusts beside those of the registry's own domain. */
  readonly tokenHosts: readonly string[]
}

/** What a token service answers (distribution's token specification, and OAuth2). */
const TokenAnswer = z.object({
  token: z.string().min(1).optional(),
  access_token: z.string().min(1).optional(),
  expires_in: z.number().positive().catch(60).default(60),
})

/**
 * Answers a registry's 401 for the tags of an image: with a token of the service that its challenge names, or with the
 * password itself. Throws `AuthenticationFailed` when that is refused or would show the password to a stranger.
 */
export async function authorize(refused: Answer, applicant: Applicant, budget: Budget): Promise<Authorization> {
  const { path, credentials } = applicant
  const { host } = refused.url
  const challenges = parseChallenges(refused.headers.get('www-authenticate') ?? '')
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters
  const realm = bearer?.get('realm') ?? ''
  if (bearer !== undefined && URL.canParse(realm)) {
    const scope = bearer.get('scope') ?? `repository:${path}:pull`
    return fetchToken(refused.url, new URL(realm), { service: bearer.get('service'), scope }, applicant, budget)
  }
  if (credentials?.kind === 'password') return { header: basic(credentials), goodForMs: Infinity }
  throw new AlustanError('AuthenticationFailed', `registry '${host}' needs credentials; add them to the docker config`)
}

async function fetchToken(
  registry: URL,
  realm: URL,
  { service, scope }: { service: string | undefined; scope: string },
  applicant: Applicant,
  budget: Budget,
): Promise<Authorization> {
  const { credentials, tokenHosts } = applicant
  const isUsable = isUsableRealm(realm, registry)
  if (!isUsable || (credentials !== undefined && !isTrustedRealm(realm, registry, tokenHosts))) {
    const fault = `registry '${registry.host}' sends for a token to '${realm.host}', which is not trusted`
    const cure = isUsable
      ? '; if it is, and its tokens come from there, have the host added to ALLOWED_TOKEN_HOSTS'
      : ''
    throw new AlustanError(
      'AuthenticationFailed',
      `${fault}; nothing was sent there; check that it is the registry that you mean${cure}`,
    )
  }
  const answer =
    credentials?.kind === 'identityToken'
      ? await refresh(realm, { service, scope }, credentials.token, budget)
      : await boundedFetch(
          withQuery(realm, service, scope),
          credentials ? { headers: { authorization: basic(credentials) } } : {},
          budget,
        )
  return readToken(answer, registry, applicant)
}

function withQuery(realm: URL, service: string | undefined, scope: string): URL {
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const part of scope.split(' ')) url.searchParams.append('scope', part)
  return url
}

/** OAuth2's refresh: how identity tokens (Azure, `docker login` with a token) become access tokens. */
function refresh(realm: URL, asked: { service: string | undefined; scope: string }, token: string, budget: Budget) {
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'alustan', refresh_token: token })
  body.set('scope', asked.scope)
  if (asked.service !== undefined) body.set('service', asked.service)
  return boundedFetch(realm, { method: 'POST', body }, budget)
}

function readToken(answer: Answer, registry: URL, { path, credentials }: Applicant): Authorization {
  const { status } = answer
  if (status === 400 || status === 401 || status === 403) {
    const cure =
      credentials === undefined
        ? 'check imageName; if the image is private, add credentials to the docker config'
        : "check imageName and the registry's credentials in the docker config"
    const text = `registry '${registry.host}' gives no token (${status}) for '${path}'; ${cure}`
    throw new AlustanError('AuthenticationFailed', text)
  }
  const service = `the token service of registry '${registry.host}'`
  if (status !== 200) throw oddStatus(service, status)
  const parsed = TokenAnswer.safeParse(parseJson(answer.body))
  const token = parsed.data?.token ?? parsed.data?.access_token
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
    throw oddAnswer(service, 'answers without a token')
  }
  return { header: `Bearer ${token}`, goodForMs: (parsed.data?.expires_in ?? 60) * 1000 }
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
