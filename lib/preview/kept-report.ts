import type { ServiceSituation } from '../service/situation.js'
import { keptCandidates } from './kept-candidates.js'
import { type PreviewReport, previewReport } from './preview-report.js'
import { previousPreviews } from './previous-previews.js'
import { type PreviewsOf, askedPreviewsOf, repositoryName } from './previews-of.js'
import { runningPreviews } from './running-previews.js'

/**
 * What the status says of copies that are kept. They stay those of the repository and workspace that they were made
 * for, also after an edit of the spec that nothing came of yet; how they are told of is changed at once.
 */
export function keptReport(
  situation: Pick<ServiceSituation, 'request' | 'observed' | 'spec'>,
): PreviewReport & { of: PreviewsOf | undefined } {
  const { request, observed, spec } = situation
  const { elements, repository } = runningPreviews(situation)
  const { previews, of: before } = previousPreviews(request.parent.status)
  const asked = spec.value && askedPreviewsOf(spec.value)
  const known = before ?? asked
  const of = known && { ...known, ...repository, feedback: (asked ?? known).feedback }
  // The status may be older than the set.
  const isOfSame = before === undefined || of === undefined || repositoryName(before) === repositoryName(of)
  const candidates = keptCandidates(isOfSame ? previews : new Map(), elements)
  return { ...previewReport(candidates, observed.previewApplications), of }
}
