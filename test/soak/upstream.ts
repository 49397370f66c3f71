import { RESOURCES } from '../../lib/engine/resources.js'
import { ANNOTATION } from '../../lib/names.js'
import { CONFIG } from './replica.js'
import type { Stage } from './stage.js'
import { REPLICAS } from './world.js'

/** Requests for each one that is called for. */
export interface UpstreamReport {
  readonly registry: number
  readonly gitHub: number
}

/**
 * Counts from now on. Called for is one request for each interval and image or repository, by each replica; one more
 * when a replica starts, one of a registry for each fresh look that somebody asked for, and one of GitHub for each change
 * of copies, which may be younger than the list.
 */
export function upstreamWatch({ world, cast }: Stage): () => UpstreamReport {
  const { cluster, outside, hooks, timers } = world
  const before = { ...outside.requests, starts: hooks.counts.starts, at: timers.now() }
  let changes = 0
  const generations = new Map<string, number | undefined>()
  cluster.watch(RESOURCES.applicationSets, {
    listed: () => undefined,
    changed({ object: { metadata } }) {
      if (!metadata.name.endsWith('-preview') || generations.get(metadata.uid ?? '') === metadata.generation) return
      generations.set(metadata.uid ?? '', metadata.generation)
      changes++
    },
  })
  const looks = new Set<string>()
  for (const resource of [RESOURCES.services, RESOURCES.terraforms]) {
    cluster.watch(resource, {
      listed: () => undefined,
      changed({ object: { metadata } }) {
        const requestedAt = metadata.annotations?.[ANNOTATION.requestedAt]
        if (requestedAt !== undefined) looks.add(`${metadata.uid ?? ''} ${requestedAt}`)
      },
    })
  }
  return () => {
    const seconds = (timers.now() - before.at) / 1000
    const starts = hooks.counts.starts - before.starts
    const rounds = (interval: number): number => (seconds / interval) * REPLICAS + starts
    const { registry, gitHub } = outside.requests
    return {
      registry:
        (registry - before.registry) / (cast.images.length * rounds(CONFIG.appSyncSeconds) + looks.size * REPLICAS),
      gitHub:
        (gitHub - before.gitHub) / (cast.repositories.length * rounds(CONFIG.previewSyncSeconds) + changes * REPLICAS),
    }
  }
}
