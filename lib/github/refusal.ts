import { AlustanError } from '../errors.js'
import type { Repository } from './pull-requests.js'

/** What was tried, for the message of a refusal. */
export interface Errand {
  readonly host: string
  readonly hasToken: boolean
  readonly repository: Repository
  /** "list pull requests of" */
  readonly act: string
  /** The permission of a fine-grained token that it needs: "Pull requests: read". */
  readonly permission: string
}

/** The failure of everything that is asked while GitHub wants to be left alone. */
export function rateLimited(host: string, hasToken: boolean): AlustanError {
  const cure = hasToken ? '' : '; a token raises the limit: set GITHUB_TOKEN or GITHUB_TOKEN_FILE'
  const text = `GitHub '${host}' limits how often it is asked; it is left alone for as long as it asked${cure}`
  return new AlustanError('GitHubRateLimited', text)
}

/** The failure of an answer that is none of GitHub's API. */
export function oddAnswer(host: string, fault: string): AlustanError {
  const cure = 'check GITHUB_API_URL, and whether a proxy answers in its place'
  return new AlustanError('InvalidGitHubAnswer', `GitHub '${host}' ${fault}; ${cure}`)
}

/** The failure that an answer of this status means: what is wrong and what cures it. */
export function refusal(status: number, errand: Errand): AlustanError {
  const { host, hasToken, repository, act, permission } = errand
  const subject = `GitHub '${host}'`
  const name = `'${repository.owner}/${repository.name}'`
  if (status === 401) {
    const text = hasToken
      ? 'refuses the token, which is wrong, expired or revoked; put a new one in GITHUB_TOKEN or GITHUB_TOKEN_FILE'
      : 'needs a token; set GITHUB_TOKEN or GITHUB_TOKEN_FILE'
    return new AlustanError('GitHubAuthenticationFailed', `${subject} ${text}`)
  }
  if (status === 403) {
    const cure = hasToken
      ? `give the token the permission '${permission}', and let the organisation approve it`
      : 'set GITHUB_TOKEN or GITHUB_TOKEN_FILE'
    return new AlustanError('GitHubForbidden', `${subject} does not let us ${act} ${name}; ${cure}`)
  }
  if (status === 404) {
    const text = hasToken
      ? `no repository ${name} that the token may use; check gitOwner and gitRepo, and give the token access to it`
      : `no public repository ${name}; check gitOwner and gitRepo, or set GITHUB_TOKEN if it is private`
    return new AlustanError('GitRepositoryNotFound', `${subject} has ${text}`)
  }
  if (status >= 500) {
    const text = `answers with status ${status}; it is asked again, see whether it or a proxy on the way is down`
    return new AlustanError('GitHubUnreachable', `${subject} ${text}`)
  }
  const cure = 'see in a browser what is wrong with that repository, and check GITHUB_API_URL'
  const text = `answers with status ${status} when asked to ${act} ${name}; ${cure}`
  return new AlustanError('InvalidGitHubAnswer', `${subject} ${text}`)
}
