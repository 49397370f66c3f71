import { z } from 'zod'
import type { GitHubClient } from './client.js'
import { type Errand, oddAnswer } from './refusal.js'
import type { Session } from './session.js'

const User = z.object({ login: z.string() })
/** How GitHub tells an app that it is no user; a proxy, too, may say 403. */
const APP_REFUSAL = 'Resource not accessible by integration'
const APP_TOKEN_PREFIX = 'ghs_'
const logins = new WeakMap<Session, Promise<string | undefined>>()

/**
 * The login of the token in use; undefined is that of an app. It is asked for once a session, until it was answered:
 * what else GitHub says, or that it says nothing, throws `AlustanError` and is asked again the next time.
 */
export function ownLogin(
  client: GitHubClient,
  session: Session,
  errand: Pick<Errand, 'act' | 'permission' | 'repository'>,
): Promise<string | undefined> {
  const known = logins.get(session)
  if (known !== undefined) return known
  const asked = askLogin(client, session, errand)
  logins.set(session, asked)
  asked.catch(() => logins.delete(session))
  return asked
}

async function askLogin(
  client: GitHubClient,
  { token }: Session,
  errand: Pick<Errand, 'act' | 'permission' | 'repository'>,
): Promise<string | undefined> {
  if (token?.startsWith(APP_TOKEN_PREFIX) === true) return undefined
  const { status, data } = await client.ask(octokit => octokit.rest.users.getAuthenticated())
  if (status === 403 && typeof data === 'string' && data.includes(APP_REFUSAL)) return undefined
  const login = status === 200 ? User.safeParse(data).data?.login : undefined
  if (login !== undefined) return login
  if (status === 401 || status >= 500) throw await client.refusal(status, errand)
  throw oddAnswer(client.host, `does not tell whose the token is: status ${status}`)
}
