import type { PullRequest } from '../github/pull-requests.js'
import { tagOf } from '../image.js'
import type { ImageRepository } from '../registry/reference.js'
import type { Scan } from '../registry/scan.js'
import { previewTag } from './image-tag.js'
import type { Preview } from './preview-status.js'

/** The tag that a copy gets; undefined when it has none yet. `reason` says why it is not the one that is wanted. */
export interface PreviewTag {
  readonly tag: string | undefined
  readonly reason?: Preview['reason'] & string
  readonly message?: string
}

/**
 * Chooses the tag of a copy by `imageTag`: the wanted one once it exists, until then the one that runs. A tag that runs
 * stays whatever a list of tags says.
 */
export function choosePreviewTag(
  template: string,
  pullRequest: PullRequest,
  repository: ImageRepository,
  scan: Scan | undefined,
  runningImage: string | undefined,
): PreviewTag {
  const running = tagOf(runningImage, repository)
  const wanted = previewTag(template, pullRequest)
  if (wanted === undefined) {
    const message = `imageTag '${template}' makes no tag of branch and number; it would be empty, begin with . or -, or be longer than 128 characters`
    return { tag: running, reason: 'invalidImageTag', message }
  }
  if (wanted === running || scan?.texts?.has(wanted) === true) return { tag: wanted }
  const missing = `waits for ${repository.name}:${wanted} in the registry`
  const unread = scan?.isTruncated === true ? ' (it has more tags than are read)' : ''
  // A copy of a Service without an image has none to tell of.
  const shown = running ?? runningImage ?? ''
  const meanwhile = shown === '' ? '' : `; runs ${shown} until then`
  return { tag: running, reason: 'waitingForImage', message: missing + unread + meanwhile }
}
