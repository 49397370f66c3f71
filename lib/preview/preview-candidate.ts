import type { PullRequest } from '../github/pull-requests.js'
import type { ImageRepository } from '../registry/reference.js'
import type { Scan } from '../registry/scan.js'
import { helmValues } from '../service/application-set.js'
import { retagValues } from '../service/retag-values.js'
import type { Source } from '../service/spec.js'
import { type Candidate, describePullRequest } from './candidate.js'
import { keptCandidate } from './kept-candidates.js'
import { type PreviewTag, choosePreviewTag } from './choose-preview-tag.js'
import type { PreviewElement } from './preview-element.js'
import type { PreviewEnvironment } from './preview-environment.js'
import { previewName } from './preview-name.js'
import { ingressUrls } from './preview-urls.js'
import { previewValues } from './preview-values.js'
import { safeText } from './safe-text.js'

const MAX_HOST_SHOWN = 100

/** What all copies of a Service have in common. */
export interface PreviewBasis {
  readonly service: { readonly namespace: string; readonly name: string }
  readonly environment: PreviewEnvironment
  /** Its source with the workspace's values, and the image's tag as its author wrote it. */
  readonly source: Source & { readonly cluster: string }
  readonly repository: ImageRepository | undefined
  readonly scan: Scan | undefined
  /** The tag that the Service itself runs. */
  readonly tag: string | undefined
  readonly running: ReadonlyMap<number, PreviewElement>
}

/** The copy of a pull request, or why it has none; one that runs stays as it is while no newer can be made. */
export function previewCandidate(basis: PreviewBasis, pullRequest: PullRequest): Candidate {
  const about = describePullRequest(pullRequest)
  const { values, badHost } = previewValues(basis.source.values, pullRequest)
  if (badHost !== undefined) {
    const message = `no host for a copy can be made of '${safeText(badHost, MAX_HOST_SHOWN)}': write a DNS name in lower case, such as app.example.com, short enough for preview-BRANCH-NUMBER- before it`
    return { ...asItRuns(basis, pullRequest), ...about, reason: 'invalidHost', message }
  }
  const { repository } = basis
  const { tag, ...doubt } = tagFor(basis, pullRequest)
  if (repository === undefined || tag === undefined) {
    if (repository !== undefined) return { ...asItRuns(basis, pullRequest), ...about, ...doubt }
    return { ...about, urls: ingressUrls(values), element: elementOf(basis, pullRequest, values, '') }
  }
  const tagged = retagValues(values, repository, tag).values
  const element = elementOf(basis, pullRequest, tagged, `${repository.name}:${tag}`)
  return { ...about, ...doubt, urls: ingressUrls(tagged), element }
}

function asItRuns({ running }: PreviewBasis, { number }: PullRequest): Pick<Candidate, 'element' | 'urls'> {
  const element = running.get(number)
  return element === undefined ? { urls: [] } : keptCandidate(element, undefined)
}

function tagFor({ environment, repository, scan, tag, running }: PreviewBasis, pullRequest: PullRequest): PreviewTag {
  const { imageTag } = environment
  if (imageTag === undefined || repository === undefined) return { tag }
  return choosePreviewTag(imageTag, pullRequest, repository, scan, running.get(pullRequest.number)?.image)
}

function elementOf(
  { service, environment, source }: PreviewBasis,
  pullRequest: PullRequest,
  values: Readonly<Record<string, unknown>>,
  image: string,
): PreviewElement {
  const repository = { owner: environment.gitOwner, name: environment.gitRepo }
  const name = previewName(service, repository, pullRequest)
  const { branch, sha } = describePullRequest(pullRequest)
  return {
    name,
    cluster: source.cluster,
    namespace: name,
    repoURL: source.repoURL,
    path: source.path,
    targetRevision: source.targetRevision,
    releaseName: source.releaseName ?? service.name,
    values: helmValues(values),
    number: String(pullRequest.number),
    branch,
    revision: sha,
    image,
  }
}
