import { z } from 'zod'
import type { KubernetesObject, SyncRequest } from '../metacontroller.js'
import { KIND } from '../names.js'
import { pathsOf } from './cycle.js'
import { Blocker, blockerId, type Dependencies } from './spec.js'

/** What is read of another resource's status; anything odd there counts as nothing said. */
const DependencyStatus = z
  .object({
    state: z.string().optional().catch(undefined),
    observedGeneration: z.number().optional().catch(undefined),
    blockedBy: z.array(Blocker).default([]).catch([]),
  })
  .catch({ state: undefined, observedGeneration: undefined, blockedBy: [] })

type Status = z.infer<typeof DependencyStatus>

const READY_STATES = { Service: ['Completed'], Terraform: ['Completed', 'Success'] } as const

/** The named dependencies that are not ready at their current generation, sorted, with what each waits for itself. */
export function unreadyDependencies(request: SyncRequest, dependencies: Dependencies): Blocker[] {
  const { kind, metadata } = request.parent
  const self = `${kind}/${metadata.name}`
  const named = [
    ...[...new Set(dependencies.service)].sort().map(name => ({ kind: 'Service' as const, name })),
    ...[...new Set(dependencies.terraform)].sort().map(name => ({ kind: 'Terraform' as const, name })),
  ]
  return named.flatMap(dependency => {
    const group = dependency.kind === 'Service' ? KIND.service : KIND.terraform
    const objects = request.related[group]
    if (objects === undefined) return [{ ...dependency, reason: 'was not looked at' }]
    const object = objects[`${metadata.namespace}/${dependency.name}`]
    const status = DependencyStatus.parse(object?.status)
    const reason = whyUnready(dependency.kind, object, status)
    if (reason === undefined) return []
    const waitsFor = isCurrent(object, status) ? pathsOf(self, blockerId(dependency), status.blockedBy) : []
    return [{ ...dependency, reason, ...(waitsFor.length > 0 && { waitsFor }) }]
  })
}

/**
 * Whether the status tells what keeps the spec as it is now from starting: one that is being deleted waits for its
 * dependents, which is no way of a cycle, and an edit may have taken the dependency away.
 */
function isCurrent(object: KubernetesObject | undefined, { observedGeneration }: Status): boolean {
  return object?.metadata.deletionTimestamp == null && observedGeneration === object?.metadata.generation
}

function whyUnready(kind: Blocker['kind'], object: KubernetesObject | undefined, status: Status): string | undefined {
  if (object === undefined) return 'does not exist'
  if (object.metadata.deletionTimestamp != null) return 'is being deleted'
  if (status.state === undefined) return 'has no status yet'
  if (status.observedGeneration !== object.metadata.generation) return 'was changed and is not looked at yet'
  const ready: readonly string[] = READY_STATES[kind]
  return ready.includes(status.state) ? undefined : `is ${status.state}`
}
