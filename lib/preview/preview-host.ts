import type { PullRequest } from '../github/pull-requests.js'
import { branchSlug } from './branch-slug.js'
import { MAX_LABEL, cutLabel, joinLabel, nameHash } from './fit-label.js'

const MAX_HOST = 253
const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/

/** Whether Kubernetes takes the text as the host of an Ingress: RFC 1123, perhaps with `*` as its first label. */
export function isHost(text: string): boolean {
  return text.length <= MAX_HOST && HOST.test(text) && text.split('.').every(label => label.length <= MAX_LABEL)
}

/**
 * The host of a pull request's copy: `preview-BRANCH-NUMBER-HOST`, a longer first label cut with a hash of all of it.
 * `*.HOST` becomes `preview-BRANCH-NUMBER.HOST`, which a certificate and a DNS record for the wildcard cover.
 * Undefined when the host is none, or the new one is longer than DNS allows.
 */
export function previewHost(
  host: string,
  { number, branch }: Pick<PullRequest, 'number' | 'branch'>,
): string | undefined {
  if (!isHost(host)) return undefined
  const [first = '', ...rest] = host.split('.')
  const label = first === '*' ? '' : first
  const slug = branchSlug(branch)
  const whole = joinLabel('preview', slug, String(number), label)
  const made = [whole.length <= MAX_LABEL ? whole : shortLabel(slug, number, label), ...rest].join('.')
  return isHost(made) ? made : undefined
}

/** The branch gives way first, then the host's own label; the hash is over both as they were. */
function shortLabel(slug: string, number: number, label: string): string {
  const hash = nameHash(slug, number, label)
  const bare = joinLabel('preview', String(number), hash)
  const ownLabel = cutLabel(label, MAX_LABEL - bare.length - 1)
  const room = MAX_LABEL - joinLabel(bare, ownLabel).length - 1
  return joinLabel('preview', cutLabel(slug, room), String(number), hash, ownLabel)
}
