import { parseJson } from '../http/parse-json.js'
import type { Candidate } from './candidate.js'
import type { PreviewElement } from './preview-element.js'
import type { Preview } from './preview-status.js'
import { ingressUrls } from './preview-urls.js'

/** What was said of Applications, which nobody has without a copy. */
const OF_APPLICATIONS: ReadonlySet<Preview['reason']> = new Set(['progressing', 'failed'])

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
export function keptCandidates(
  previous: ReadonlyMap<number, Preview>,
  running: ReadonlyMap<number, PreviewElement>,
): Candidate[] {
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
