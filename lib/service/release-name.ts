import { z } from 'zod'
import { matches } from '../matching-text.js'
import { withRules } from '../with-rules.js'

const PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const MAX = 53

/** What Helm takes as the name of a release. */
export function isReleaseName(name: string): boolean {
  return PATTERN.test(name) && name.length <= MAX
}

export const RELEASE_NAME_CURE = `use at most ${MAX} lower-case letters, digits and -, in parts that . separates`

const PLACEHOLDER = '${workspace.'

/** A name that is checked at once where no placeholder is in it, and otherwise once it is filled in. */
export const ReleaseName = withRules(z.string().max(253), {
  cel: `self.contains('${PLACEHOLDER}') || (size(self) <= ${MAX} && ${matches('self', PATTERN)})`,
  holds: name => name.includes(PLACEHOLDER) || isReleaseName(name),
  message: `Helm takes no such name of a release; ${RELEASE_NAME_CURE}`,
})
