import type { PullRequest } from '../github/pull-requests.js'
import { branchSlug } from './branch-slug.js'

const PLACEHOLDER = /\{\{ *(number|branchSlug|headSha|headShortSha) *\}\}/g

/** Tags as the OCI distribution specification has them. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/

/** Length of `{{headShortSha}}`, as git and GitHub shorten commits. */
const SHORT_SHA_LENGTH = 7

/** What `previewEnvironment.imageTag` may be: characters of tags and the four placeholders. */
export const IMAGE_TAG_TEMPLATE =
  /^([A-Za-z0-9_]|\{\{ *(number|branchSlug|headSha|headShortSha) *\}\})([A-Za-z0-9_.-]|\{\{ *(number|branchSlug|headSha|headShortSha) *\}\})*$/

/** The tag of a pull request's image; undefined when what the template gives is no tag. */
export function previewTag(template: string, { number, branch, sha }: PullRequest): string | undefined {
  const values: Record<string, string> = {
    number: String(number),
    branchSlug: branchSlug(branch),
    headSha: sha,
    headShortSha: sha.slice(0, SHORT_SHA_LENGTH),
  }
  const tag = template.replace(PLACEHOLDER, (_match, key: string) => values[key] ?? '')
  return TAG.test(tag) ? tag : undefined
}
