import { isDeepStrictEqual } from 'node:util'
import type { Parent } from '../lib/metacontroller.js'
import { remember } from '../lib/remember.js'

/** How often within a minute this replica may take back what another one wrote into a status. */
const MOST_REVERSALS = 2
const WITHIN_MS = 60_000

interface Said {
  /** A status as JSON: as an object it would take several times as much memory. */
  readonly text: string
  readonly version: string
  /** When it was said again though the status had become another one, in milliseconds. */
  readonly reversals: readonly number[]
}

/**
 * Makes the judge of whether a status should stay as another replica wrote it. Replicas whose caches differ (one cannot
 * reach a registry) would overwrite each other's status without end, since every write asks again. `now` is RFC 3339.
 */
export function tugOfWar(now: () => string): (parent: Parent, status: object) => boolean {
  const last = new Map<string, Said>()
  return ({ kind, metadata, status: written }, status) => {
    const key = `${kind} ${metadata.uid ?? ''}`
    const before = last.get(key)
    const version = String(metadata.resourceVersion)
    const text = JSON.stringify(status)
    const isSameVersion = before?.version === version
    // Nearly every call: nobody wrote anything since this replica said the same.
    if (isSameVersion && before.text === text) return false
    const isSaidAgain =
      before !== undefined && !isSameVersion && withoutTimes(JSON.parse(before.text)) === withoutTimes(status)
    const isTakenBack = isSaidAgain && !isDeepStrictEqual(comparable(written), comparable(status))
    const time = Date.parse(now())
    const reversals = (before?.reversals ?? []).filter(at => Math.abs(time - at) < WITHIN_MS)
    const isHeld = isTakenBack && reversals.length >= MOST_REVERSALS
    const more = isTakenBack && !isHeld ? [time] : []
    remember(last, key, { text, version, reversals: [...reversals, ...more] })
    return isHeld
  }
}

/** A condition that comes back has another time, and Metacontroller adds the generation. */
function withoutTimes(status: unknown): string {
  return JSON.stringify(status ?? {}, (key, value: unknown) =>
    key === 'lastTransitionTime' || key === 'observedGeneration' ? undefined : value,
  )
}

function comparable(status: unknown): unknown {
  return JSON.parse(withoutTimes(status))
}
