import { z } from 'zod'
import { withRules } from './with-rules.js'

/** Text of at most `max` characters that matches; who writes another reads `message`, never the pattern. */
export function matchingText(pattern: RegExp, { max, message }: { max: number; message: string }): z.ZodString {
  return withRules(z.string().max(max), { cel: matches('self', pattern), holds: text => pattern.test(text), message })
}

/** The CEL expression of whether `text` matches; the pattern holds no single quote and nothing that RE2 lacks. */
export function matches(text: string, pattern: RegExp): string {
  return `${text}.matches(r'${pattern.source}')`
}

/** A name without dots as Kubernetes' namespaces have it (RFC 1123 label). */
export function dnsLabel(max: number): z.ZodString {
  return matchingText(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, {
    max,
    message: 'a name is made of lower-case letters, digits and -, with a letter or digit at both ends',
  })
}
