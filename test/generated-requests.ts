/** The time of all answers. */
export const now = '2026-01-02T03:04:05Z'

/** Requests that were asked about, in all of the process. */
export const asked = { observations: 0 }

/** The request, and the same with groups that were not looked at. */
export function withoutGroups<Body extends { related: object }>(body: Body, ...groups: string[]): Body[] {
  const without = (lost: string[]) => ({
    ...body,
    related: Object.fromEntries(Object.entries(body.related).filter(([group]) => !lost.includes(group))),
  })
  const variants = [body, ...groups.map(group => without([group])), without(Object.keys(body.related))]
  asked.observations += variants.length
  return variants
}

/** The names of objects. */
export const namesOf = (objects: readonly { metadata: { name: string } }[]) =>
  objects.map(({ metadata }) => metadata.name)

/** The names of the children that a request holds. */
export const observedNames = (children: Record<string, Record<string, any>>) =>
  Object.values(children).flatMap(group => namesOf(Object.values(group)))

/** As `t.equal`, without a line for each of a hundred thousand. */
export const same = (got: unknown, want: unknown) => {
  if (got !== want) throw new Error(`got ${String(got)}, want ${String(want)}`)
}

/** The request after its answer was written: the children that it holds, with what the API server adds, and the status. */
export function written(body: any, { status, children }: { status: object; children: readonly any[] }) {
  const groups = Object.keys(body.children).map((group): [string, Record<string, unknown>] => [group, {}])
  for (const child of children) {
    const group = `${child.kind}.${child.apiVersion}`
    const key = `team/${child.metadata.name}`
    const observed = body.children[group][key]
    Object.fromEntries(groups)[group]![key] = {
      ...observed,
      ...child,
      metadata: {
        creationTimestamp: now,
        ...observed?.metadata,
        ...child.metadata,
        ownerReferences: owned(body.parent),
      },
    }
  }
  return {
    ...body,
    parent: { ...body.parent, status: { ...status, observedGeneration: 2 } },
    children: Object.fromEntries(groups),
  }
}

const owned = ({ metadata }: { metadata: { uid: string } }) => [{ uid: metadata.uid, controller: true }]
