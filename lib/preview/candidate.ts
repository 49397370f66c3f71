import type { PullRequest } from '../github/pull-requests.js'
import type { PreviewElement } from './preview-element.js'
import type { Preview } from './preview-status.js'
import { safeText } from './safe-text.js'

/** A pull request that has a copy, or should have one and has not. */
export interface Candidate extends Pick<Preview, 'number' | 'title' | 'branch' | 'sha' | 'reason' | 'message'> {
  readonly element?: PreviewElement
  readonly urls: readonly string[]
}

const MAX_TITLE = 100
const MAX_BRANCH = 250
const MAX_SHA = 64

/** What status and children say of a pull request: texts of strangers, cut and made safe. */
export function describePullRequest({
  number,
  title,
  branch,
  sha,
}: PullRequest): Pick<Preview, 'number' | 'title' | 'branch' | 'sha'> {
  return {
    number,
    title: safeText(title, MAX_TITLE),
    branch: safeText(branch, MAX_BRANCH),
    sha: safeText(sha, MAX_SHA),
  }
}
