import type { Config } from '../config.js'
import { AlustanError } from '../errors.js'
import { watchedFile } from '../watched-file.js'

/** Characters of a token: others do not fit in a header. */
export const TOKEN = /^[\x21-\x7e]+$/

/**
 * The token that the configuration gives or names a file for, read again when that changes. `onFault` is told of a file
 * that cannot be used; the older token stays in use.
 */
export function gitHubToken(
  { githubToken, githubTokenPath }: Pick<Config, 'githubToken' | 'githubTokenPath'>,
  onFault: (fault: AlustanError) => void,
): () => Promise<string | undefined> {
  if (githubTokenPath === undefined) return async () => githubToken
  return watchedFile<string | undefined>({
    path: githubTokenPath,
    variable: 'GITHUB_TOKEN_FILE',
    parse: parseToken,
    initial: undefined,
    onFault,
  })
}

function parseToken(text: string, source: string): string {
  const token = text.trim()
  if (TOKEN.test(token)) return token
  throw new AlustanError('InvalidInput', `${source} holds no GitHub token; write the token and nothing else`)
}
