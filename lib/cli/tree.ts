import type { ApiObject } from '../engine/cluster.js'
import { API_VERSION } from '../names.js'

/** What exists, as a tree: our resources, below each what it owns. Objects that nobody of ours owns are left out. */
export function tree(objects: readonly ApiObject[]): string[] {
  const ours = objects.filter(({ apiVersion }) => apiVersion === API_VERSION)
  return ours.flatMap(root => [title(root), ...branches(root, objects, '')])
}

function branches(owner: ApiObject, objects: readonly ApiObject[], indent: string): string[] {
  const owned = objects.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
  )
  return owned.flatMap((object, index) => {
    const isLast = index === owned.length - 1
    return [
      `${indent}${isLast ? '└─' : '├─'} ${title(object)}`,
      ...branches(object, objects, `${indent}${isLast ? '   ' : '│  '}`),
    ]
  })
}

interface Status {
  state?: string
  health?: { status?: string }
  sync?: { status?: string }
  succeeded?: number
}

function title({ kind, metadata, status }: ApiObject): string {
  const { state, health, sync, succeeded } = (status ?? {}) as Status
  const words = [state, sync?.status, health?.status, succeeded === undefined ? undefined : 'succeeded']
  return [`${kind}/${metadata.name}`, ...words.filter(word => word !== undefined)].join('  ')
}
