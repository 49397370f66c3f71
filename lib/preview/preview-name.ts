import type { PullRequest, Repository } from '../github/pull-requests.js'
import { branchSlug } from './branch-slug.js'
import { MAX_LABEL, cutLabel, joinLabel, nameHash } from './fit-label.js'

/**
 * Name of a pull request's Application and namespace: `preview-SERVICE-BRANCH-NUMBER-HASH`. Namespaces are shared by the
 * whole cluster, and `web` with branch `a-b` reads like `web-a` with branch `b`: only the hash over all that a preview
 * is of makes the name nobody else's.
 */
export function previewName(
  service: { readonly namespace: string; readonly name: string },
  repository: Repository,
  { number, branch }: Pick<PullRequest, 'number' | 'branch'>,
): string {
  // GitHub does not tell letters' case apart in names of owners and repositories.
  const [owner, name] = [repository.owner.toLowerCase(), repository.name.toLowerCase()]
  const end = `${number}-${nameHash(service.namespace, service.name, owner, name, number, branch)}`
  const room = MAX_LABEL - joinLabel('preview', end).length - 1
  return joinLabel('preview', cutLabel(joinLabel(service.name, branchSlug(branch)), room), end)
}
