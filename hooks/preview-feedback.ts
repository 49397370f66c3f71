import type { FeedbackNote } from '../lib/github/feedback-note.js'
import type { Parent } from '../lib/metacontroller.js'
import { previousPreviews } from '../lib/preview/kept-candidates.js'
import type { Preview } from '../lib/preview/preview-status.js'
import type { ServiceSpec } from '../lib/service/spec.js'

/** Whom feedback on a Service is about; undefined when none is wanted. */
export function feedbackService(parent: Parent, spec: ServiceSpec | undefined): FeedbackNote['service'] | undefined {
  if (spec === undefined || (spec.previewEnvironment?.feedback ?? 'none') === 'none') return undefined
  const { namespace, name } = parent.metadata
  return { workspace: spec.workspace, namespace, name }
}

/**
 * What pull requests are to be told of their copies; those that the status told of before and tells of no more are gone.
 * Of which a newer list has to tell whether it is open at all is told nothing.
 */
export function feedbackNote(
  parent: Parent,
  spec: ServiceSpec | undefined,
  previews: readonly Preview[],
): FeedbackNote | undefined {
  const service = feedbackService(parent, spec)
  const environment = spec?.previewEnvironment
  if (service === undefined || environment === undefined || environment.feedback === 'none') return undefined
  const now = new Set(previews.map(({ number }) => number))
  return {
    kind: environment.feedback,
    repository: { owner: environment.gitOwner, name: environment.gitRepo },
    service,
    previews: previews.filter(({ reason }) => reason !== 'waitingForList'),
    gone: [...previousPreviews(parent).keys()].filter(number => !now.has(number)),
  }
}
