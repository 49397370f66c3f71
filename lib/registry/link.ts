import { AlustanError } from '../errors.js'

const TARGET = /[ \t,]*<([^<>]*)>/y
const PARAMETER = /[ \t]*;[ \t]*([^\s=;,"<>]+)(?:=(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s;,"<>]*)))?/y
const END = /[ \t,]*$/y

/**
 * Finds the target of `rel=next` in a `Link` header (RFC 8288). Throws `InvalidRegistryAnswer` when the header cannot
 * be read: to overlook a next page would make tags that exist look gone.
 */
export function nextLink(header: string): string | undefined {
  let at = 0
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at
    const found = expression.exec(header)
    at += found?.[0].length ?? 0
    return found
  }
  let next: string | undefined
  for (let link = take(TARGET); link !== null; link = take(TARGET)) {
    for (let parameter = take(PARAMETER); parameter !== null; parameter = take(PARAMETER)) {
      const [, name = '', quoted, plain = ''] = parameter
      const relations = (quoted ?? plain).toLowerCase().split(/\s+/)
      if (name.toLowerCase() === 'rel' && relations.includes('next')) next ??= link[1]
    }
  }
  if (take(END) === null) throw new AlustanError('InvalidRegistryAnswer', 'a Link header that cannot be read')
  return next
}
