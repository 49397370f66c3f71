import { remember } from '../remember.js'

/** Tells how many listings had begun when a Service's copies were first seen in this version; `begun` have until now. */
export type FirstSights = (service: string, version: string, begun: number) => number

/** Makes a memory of one version a Service. Who is forgotten counts as seen for the first time. */
export function createFirstSights(max?: number): FirstSights {
  const sights = new Map<string, { readonly version: string; readonly begun: number }>()
  return (service, version, begun) => {
    const before = sights.get(service)
    if (before?.version === version) return before.begun
    remember(sights, service, { version, begun }, max)
    return begun
  }
}
