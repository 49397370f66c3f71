import { type Parent, type SyncRequest, objectsOf } from '../metacontroller.js'
import { KIND, LABEL, dependsOnLabel } from '../names.js'
import { type Blocker, blockerId } from './spec.js'

/**
 * Who still has children that name `parent` as their dependency: it is not destroyed before those are gone. Undefined
 * when the children were not all looked at: then nothing may be destroyed either.
 */
export function dependentsOf(kind: 'service' | 'terraform', request: SyncRequest): Blocker[] | undefined {
  const label = dependsOnLabel(kind, request.parent.metadata.name)
  const found = new Map<string, Blocker>()
  for (const group of [KIND.applicationSet, KIND.application, KIND.job]) {
    const objects = objectsOf(request.related, group)
    if (objects === undefined) return undefined
    for (const { metadata } of objects) {
      const labels = metadata.labels ?? {}
      if (metadata.namespace !== request.parent.metadata.namespace || !(label in labels)) continue
      const blocker = ownerOf(labels)
      if (blocker !== undefined && !isSelf(blocker, request.parent)) found.set(blockerId(blocker), blocker)
    }
  }
  return [...found.keys()].sort().flatMap(id => found.get(id) ?? [])
}

function ownerOf(labels: Record<string, string>): Blocker | undefined {
  const reason = 'still runs and depends on this'
  const service = labels[LABEL.service]
  if (service !== undefined) return { kind: 'Service', name: service, reason }
  const terraform = labels[LABEL.terraform]
  return terraform === undefined ? undefined : { kind: 'Terraform', name: terraform, reason }
}

function isSelf(blocker: Blocker, parent: Parent): boolean {
  return blockerId(blocker) === `${parent.kind}/${parent.metadata.name}`
}
