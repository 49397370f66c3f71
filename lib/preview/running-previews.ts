import { ANNOTATION, previewSetName } from '../names.js'
import type { ServiceSituation } from '../service/situation.js'
import { type PreviewElement, observedElements } from './preview-element.js'
import type { PreviewRepository } from './previews-of.js'

/** The copies that run, by number of their pull request, and the repository of those, as far as it is known. */
export function runningPreviews({ request, observed }: Pick<ServiceSituation, 'request' | 'observed'>) {
  const set = observed.applicationSets.get(previewSetName(request.parent.metadata.name))
  const elements: ReadonlyMap<number, PreviewElement> = observedElements(set)
  return { set, elements, repository: parseRepository(set?.metadata.annotations?.[ANNOTATION.repository]) }
}

function parseRepository(name = ''): PreviewRepository | undefined {
  const [gitOwner, gitRepo, ...rest] = name.split('/')
  return gitOwner && gitRepo && rest.length === 0 ? { gitOwner, gitRepo } : undefined
}
