/** Tells how many listings had begun when a Service's copies were first seen in this version; `begun` have until now. */
export type FirstSights = (service: string, version: string, begun: number) => number

/** More Services than copies pull requests of one repository. */
const MAX_SERVICES = 20_000

/** Makes a memory of one version a Service. Who is forgotten counts as seen for the first time. */
export function createFirstSights(max = MAX_SERVICES): FirstSights {
  const sights = new Map<string, { readonly version: string; readonly begun: number }>()
  return (service, version, begun) => {
    const before = sights.get(service)
    if (before?.version === version) return before.begun
    sights.delete(service)
    sights.set(service, { version, begun })
    const oldest = sights.keys().next()
    if (sights.size > max && oldest.done === false) sights.delete(oldest.value)
    return begun
  }
}
