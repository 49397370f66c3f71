import type { ServiceSituation } from '../service/situation.js'
import type { Candidate } from './candidate.js'
import { keptCandidates } from './kept-candidates.js'
import type { PreviewElement } from './preview-element.js'
import { type PreviewReport, previewReport } from './preview-report.js'
import { previousPreviews } from './previous-previews.js'
import { type PreviewsOf, askedPreviewsOf, isSameRepository } from './previews-of.js'
import { runningPreviews } from './running-previews.js'

/**
 * What the status says of copies that are kept. They stay those of the repository and workspace that they were made
 * for, also after an edit of the spec that nothing came of yet; how they are told of is changed at once.
 */
export function keptReport(
  situation: Pick<ServiceSituation, 'request' | 'observed' | 'spec'>,
  isKept: (candidate: Candidate) => boolean = () => true,
): PreviewReport & { of: PreviewsOf | undefined; elements: readonly PreviewElement[] } {
  const { request, observed, spec } = situation
  const { elements, repository } = runningPreviews(situation)
  const { previews, of: before } = previousPreviews(request.parent.status)
  const asked = spec.value && askedPreviewsOf(spec.value)
  const known = before ?? asked
  const of = known && { ...known, ...repository, feedback: (asked ?? known).feedback }
  // The status may be older than the set.
  const isOfSame = before === undefined || of === undefined || isSameRepository(before, of)
  const candidates = keptCandidates(isOfSame ? previews : new Map(), elements).filter(isKept)
  const keptElements = candidates.flatMap(({ element }) => element ?? [])
  return { ...previewReport(candidates, observed.previewApplications), of, elements: keptElements }
}
