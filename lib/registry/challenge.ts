/** One way in which a server lets itself be talked to. Scheme and names of parameters are in lower case. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

const TOKEN = String.raw`[!#$%&'*+.^_|~0-9A-Za-z\x60-]+`
const SCHEME = new RegExp(TOKEN, 'y')
const PARAMETER = new RegExp(String.raw`(${TOKEN})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[\s\S])*)"|(${TOKEN}))`, 'y')
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y
const GAP = /[ \t,]*/y

/**
 * Reads a `WWW-Authenticate` header (RFC 9110, section 11.6.1), which may hold several challenges and commas within
 * quotes. What cannot be read ends the list.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = []
  let parameters: Map<string, string> | undefined
  let at = 0
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at
    const found = expression.exec(header)
    at += found?.[0].length ?? 0
    return found
  }
  for (;;) {
    take(GAP)
    const parameter = parameters === undefined ? null : take(PARAMETER)
    if (parameter !== null) {
      const [, name = '', quoted, plain = ''] = parameter
      parameters?.set(name.toLowerCase(), quoted === undefined ? plain : quoted.replace(/\\([\s\S])/g, '$1'))
      continue
    }
    const scheme = take(SCHEME)
    if (scheme === null) return challenges
    parameters = new Map()
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters })
    take(TOKEN68)
  }
}
