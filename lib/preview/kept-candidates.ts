import { z } from 'zod'
import { parseJson } from '../http/parse-json.js'
import type { Parent } from '../metacontroller.js'
import type { Candidate } from './candidate.js'
import type { PreviewElement } from './preview-element.js'
import { Preview } from './preview-status.js'
import { ingressUrls } from './preview-urls.js'

/** What is read of the status that was written last. */
const Previous = z.object({ previews: z.array(Preview).default([]).catch([]) }).catch({ previews: [] })

/** What was said of Applications, which nobody has without a copy. */
const OF_APPLICATIONS: ReadonlySet<Preview['reason']> = new Set(['progressing', 'failed'])

/** The copies that the status told of, by number. */
export function previousPreviews(parent: Parent): Map<number, Preview> {
  return new Map(Previous.parse(parent.status ?? {}).previews.map(preview => [preview.number, preview]))
}

/** A copy that runs and is left as it is. */
export function keptCandidate(element: PreviewElement, previous: Preview | undefined): Candidate {
  const number = Number(element.number)
  const { title, reason, message } = previous ?? {}
  return {
    number,
    ...(title !== undefined && { title }),
    branch: element.branch,
    sha: previous?.sha ?? element.revision,
    urls: ingressUrls(parseJson(element.values)),
    element,
    ...(reason === 'waitingForImage' && { reason, ...(message !== undefined && { message }) }),
  }
}

/** What is known of pull requests while nobody can be asked: what runs, and what the status told of the others. */
export function keptCandidates(parent: Parent, running: ReadonlyMap<number, PreviewElement>): Candidate[] {
  const previous = previousPreviews(parent)
  const others = [...previous.values()]
    .filter(({ number, reason }) => !running.has(number) && reason !== undefined && !OF_APPLICATIONS.has(reason))
    .map(({ number, title, branch, sha, reason, message }) => ({
      number,
      ...(title !== undefined && { title }),
      branch,
      sha,
      urls: [],
      reason,
      ...(message !== undefined && { message }),
    }))
  const kept = [...running.values()].map(element => keptCandidate(element, previous.get(Number(element.number))))
  return [...kept, ...others].sort((a, b) => b.number - a.number)
}
