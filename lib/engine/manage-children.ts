import { errorText } from '../errors.js'
import { deleteChild, type ApplyChild } from './apply-child.js'
import { kindKey, objectKey, type ApiObject, type Cluster, type Resource } from './cluster.js'
import type { ChildMethod } from './composite-controller.js'
import type { ObjectMap } from './related.js'

/** A kind of child and what happens to one that differs from what is wanted. */
export interface ChildKind {
  resource: Resource
  method: ChildMethod
}

/**
 * Deletes the observed children that are not wanted and writes those that are. One that fails does not stop the
 * others; all failures are thrown together at the end.
 */
export async function manageChildren(
  { cluster, kinds, apply }: { cluster: Cluster; kinds: readonly ChildKind[]; apply: ApplyChild },
  parent: ApiObject,
  observed: ObjectMap,
  desired: ObjectMap,
): Promise<void> {
  const failures: string[] = []
  const attempt = async (object: ApiObject, act: (resource: Resource) => Promise<void>): Promise<void> => {
    try {
      await act(await resourceOf(cluster, object))
    } catch (error) {
      failures.push(`${object.kind} '${objectKey(object.metadata)}': ${errorText(error)}`)
    }
  }
  for (const [kind, group] of sortedEntries(observed)) {
    for (const [key, object] of sortedEntries(group)) {
      if (object.metadata.deletionTimestamp !== undefined || desired[kind]?.[key] !== undefined) continue
      await attempt(object, resource => deleteChild(cluster, resource, object))
    }
  }
  for (const [kind, group] of sortedEntries(desired)) {
    const method = kinds.find(({ resource }) => kindKey(resource) === kind)?.method ?? 'OnDelete'
    for (const [key, object] of Object.entries(group)) {
      await attempt(object, resource =>
        apply({ resource, method, parent, observed: observed[kind]?.[key], desired: object }),
      )
    }
  }
  if (failures.length > 0) throw new Error(`can't reconcile children: ${failures.join('; ')}`)
}

async function resourceOf(cluster: Cluster, { apiVersion, kind }: ApiObject): Promise<Resource> {
  const resource = await cluster.findResource({ apiVersion, kind })
  if (resource === undefined) throw new Error(`discovery: no kind ${kind} in ${apiVersion}`)
  return resource
}

function sortedEntries<Value>(record: Record<string, Value>): [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}
