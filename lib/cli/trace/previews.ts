import { type Preview, isWanted } from '../../preview/preview-status.js'
import type { Standing } from './standing.js'
import type { TraceNode } from './trace-node.js'

const MAX_NAMED = 3

/** What Applications tell of themselves. */
const OF_APPLICATIONS: readonly Preview['reason'][] = [undefined, 'progressing', 'failed']

/** Why pull requests are not known; undefined where they are. */
function unlisted({ conditions }: Standing): string | undefined {
  return conditions.find(({ type, status }) => type === 'PullRequestsListed' && status === 'False')?.message
}

/** The branch of a tree that shows pull requests without an Application, and why they have none. */
export function previewsNode(standing: Standing, applications: ReadonlySet<string>): TraceNode[] {
  const without = standing.previews.filter(({ namespace = '' }) => !applications.has(namespace))
  const why = unlisted(standing)
  if (without.length === 0 && why === undefined) return []
  const children = without.map(({ number, reason = '', branch, message }) => ({
    title: `#${number}`,
    state: reason,
    notes: [branch, ...(message === undefined ? [] : [message])],
  }))
  return [{ title: 'pull requests', notes: why === undefined ? [] : [why], children }]
}

/** What is to be said of a copy beside what its Application tells. */
export function previewNotes({ previews }: Standing, number: string | undefined): string[] {
  const preview = previews.find(each => String(each.number) === number)
  return OF_APPLICATIONS.includes(preview?.reason) || preview?.message === undefined ? [] : [preview.message]
}

/** What is missing of the copies, as the end of a sentence; undefined where nothing is. `trouble` says why better. */
export function missingPreviews(standing: Standing, trouble: string | undefined): string | undefined {
  const wanted = standing.previews.filter(isWanted)
  const missing = wanted.filter(({ reason }) => reason !== undefined)
  const why = unlisted(standing)
  const named = missing.slice(0, MAX_NAMED).map(({ number, message, reason }) => `#${number} ${message ?? reason}`)
  const parts = [
    ...(why === undefined ? [] : [`its pull requests are not known: ${why}`]),
    ...(missing.length === 0
      ? []
      : [`${missing.length} of ${wanted.length} previews do not yet: ${trouble ?? named.join('; ')}`]),
  ]
  return parts.length === 0 ? undefined : parts.join('; and ')
}
