import type { FeedbackNote, FeedbackTarget } from '../lib/github/feedback-note.js'
import type { Parent } from '../lib/metacontroller.js'
import { previousPreviews } from '../lib/preview/previous-previews.js'
import { type PreviewsOf, askedPreviewsOf, repositoryName } from '../lib/preview/previews-of.js'
import type { ServiceSpec } from '../lib/service/spec.js'

/** Where feedback on a Service goes by its spec; undefined when none is wanted. */
export function feedbackTarget(parent: Parent, spec: ServiceSpec | undefined): FeedbackTarget | undefined {
  return targetOf(parent, spec && askedPreviewsOf(spec))
}

function targetOf({ metadata: { namespace, name } }: Parent, of: PreviewsOf | undefined): FeedbackTarget | undefined {
  if (of === undefined || of.feedback === 'none') return undefined
  const repository = { owner: of.gitOwner, name: of.gitRepo }
  return { kind: of.feedback, repository, service: { workspace: of.workspace, namespace, name } }
}

/**
 * What pull requests are to be told of their copies; those that the status told of before and tells of no more are gone.
 * Both statuses say whose pull requests they are: after an edit of the spec the earlier ones are told where they are.
 * Of which a newer list has to tell whether it is open at all is told nothing.
 */
export function feedbackNotes(parent: Parent, status: unknown): FeedbackNote[] {
  const before = previousPreviews(parent.status)
  const now = previousPreviews(status)
  const [earlier, target] = [targetOf(parent, before.of), targetOf(parent, now.of)]
  const isSamePlace = before.of !== undefined && now.of !== undefined && placeOf(before.of) === placeOf(now.of)
  const runsOn = (number: number) => isSamePlace && now.previews.has(number)
  const numbers = [...before.previews.keys()]
  const gone = numbers.filter(number => !runsOn(number))
  const previews = [...now.previews.values()].filter(({ reason }) => reason !== 'waitingForList')
  if (target !== undefined && isSamePlace && earlier?.kind === target.kind) return [{ ...target, previews, gone }]
  return [
    ...(earlier === undefined ? [] : [{ ...earlier, previews: [], gone, untold: numbers.filter(runsOn) }]),
    ...(target === undefined ? [] : [{ ...target, previews, gone: [] }]),
  ]
}

function placeOf(of: PreviewsOf): string {
  return `${repositoryName(of)} ${of.workspace}`
}
