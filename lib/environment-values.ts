import { z } from 'zod'
import { parseDuration } from './duration.js'

/** Longest pause that a timer of Node.js can make, less the jitter that is added to it; longer ones end at once. */
const MAX_HOURS = 480

/** A Go duration of at least 1s, as seconds. */
export const interval = (byDefault: string) =>
  z
    .string()
    .default(byDefault)
    .transform((text, context) => {
      const seconds = parseDuration(text)
      if (seconds !== undefined && seconds >= 1 && seconds <= MAX_HOURS * 3600) return seconds
      context.addIssue(`'${text}' is no duration from 1s to ${MAX_HOURS}h; write it like 30s, 5m or 1h30m`)
      return z.NEVER
    })

/** A comma-separated list without its blanks, each entry of which matches. */
export const commaList = (entry: RegExp, fault: string) =>
  z
    .string()
    .default('')
    .transform((text, context) => {
      const entries = text
        .split(',')
        .map(part => part.trim())
        .filter(part => part !== '')
      const bad = entries.find(part => !entry.test(part))
      if (bad !== undefined) context.addIssue(`entry '${bad}' ${fault}`)
      // A list that names nothing is no way to say that all is allowed.
      else if (text !== '' && entries.length === 0) context.addIssue(`'${text}' names nothing; unset it or name some`)
      return entries
    })

/** A base URL to which paths are added, without slashes at its end. What is wrong is said without it: it may hold a password. */
export const baseUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const fault =
    url === undefined || !/^https?:\/\//i.test(text) || /\s/.test(text)
      ? 'is no http(s) URL; write it like https://HOST'
      : url.username + url.password + url.search + url.hash !== '' || /[?#]/.test(text)
        ? 'must have no user, password, query or fragment'
        : undefined
  if (fault !== undefined) context.addIssue(fault)
  return text.replace(/\/+$/, '')
})

/** The base URL of a registry: what comes before `/v2/`. */
export const registryUrl = baseUrl.refine(
  url => !url.endsWith('/v2'),
  'ends with /v2, which is added to it; leave that out',
)

/** A path of a file; one that could be the secret itself, put into the wrong variable, would be shown in messages. */
export const filePath = z
  .string()
  .refine(
    path => path.trim() === path && /^(\.{0,2}|[a-z]:)[/\\]/i.test(path),
    'is no path of a file; give the path, beginning with / or ./, not the content',
  )

/** A switch that is on when it is left out. */
export const flag = z
  .enum(['true', 'false'], 'is neither true nor false; write one of them')
  .default('true')
  .transform(text => text === 'true')
