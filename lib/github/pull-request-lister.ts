import pLimit from 'p-limit'
import type { AlustanError } from '../errors.js'
import { systemClock, type Clock } from '../refresh/clock.js'
import { type CacheReport, cacheReport } from '../refresh/cache-report.js'
import { Refreshed } from '../refresh/refreshed.js'
import { waitAtMost } from '../refresh/wait-at-most.js'
import type { GitHubClient } from './client.js'
import { type Listing, listPullRequests } from './list-pull-requests.js'
import { type FirstSights, createFirstSights } from './first-sights.js'
import type { PullRequestLister, Repository } from './pull-requests.js'
import type { Session } from './session.js'

/** What came of one listing, for log and metrics. */
export interface ListingReport {
  readonly repository: string
  readonly failure: AlustanError | undefined
  /** Pull requests that are known now. */
  readonly pullRequests: number
  readonly ms: number
}

export interface ListerDeps {
  readonly client: GitHubClient
  readonly intervalSeconds: number
  readonly clock?: Clock
  readonly onListing?: (report: ListingReport) => void
}

/** Repositories listed at a time, what one listing may take, and how long a first `read` waits. */
const AT_A_TIME = 4
const LISTING_MS = 60_000
const FIRST_ANSWER_MS = 1000
/** Least time between two listings of which the second was brought forward, since the first may be older than copies. */
const HURRY_MS = 5000

/**
 * Makes the cache of pull requests: one list per repository however many ask, repeated while somebody asks. Failures
 * leave the older list in place; a quota that is too small for the interval stretches it.
 *
 * Replicas have lists of different ages and are called in any order, so one must not undo what another did by a newer
 * list: remove the copy of a new pull request, or make that of a closed one again. What they share is the copies as they
 * are, so a list counts against those only if it was begun after this replica first saw them so: whatever was known
 * when they were changed is in it. No clock is compared, and a replica that was not called for a while is no exception.
 */
export function createPullRequestLister(deps: ListerDeps): PullRequestLister & { cached(): CacheReport } {
  const { client, clock = systemClock } = deps
  const intervalMs = deps.intervalSeconds * 1000
  const repositories = new Map<string, { readonly list: Refreshed<Listing>; readonly firstSight: FirstSights }>()
  const limit = pLimit(AT_A_TIME)
  const running = new Set<AbortController>()
  let session: Session | undefined

  /** An interval in which the quota is enough for all pages of all repositories. */
  const affordableMs = (wantedMs: number): number => {
    const lists = [...repositories.values()]
    const requests = lists.reduce((sum, { list }) => sum + (list.value?.content.pages.length ?? 1), 0)
    return Math.max(wantedMs, requests * (session?.quota.paceMs() ?? 0))
  }

  const inTime = async <T>(load: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const aborter = new AbortController()
    running.add(aborter)
    const cancel = clock.after(LISTING_MS, () => aborter.abort())
    try {
      return await load(aborter.signal)
    } finally {
      cancel()
      running.delete(aborter)
    }
  }

  const listing = (repository: Repository) => {
    // GitHub's names do not tell capitals from small letters.
    const key = `${repository.owner}/${repository.name}`.toLowerCase()
    const before = repositories.get(key)
    if (before !== undefined) return before
    const list: Refreshed<Listing> = new Refreshed<Listing>({
      subject: `pull requests of '${key}'`,
      clock,
      limit,
      load: () => inTime(signal => listPullRequests(client, repository, list.value?.content, signal)),
      blockedMs: () => session?.quota.blockedMs() ?? 0,
      affordableMs,
      onRefresh: ({ failure, value, ms }) =>
        deps.onListing?.({ repository: key, failure, pullRequests: value?.pullRequests.length ?? 0, ms }),
      onForgotten: () => repositories.delete(key),
    })
    const known = { list, firstSight: createFirstSights() }
    repositories.set(key, known)
    return known
  }

  return {
    async read(repository, { service, version }) {
      // A new token is not bound by what the old one has spent.
      session = await client.session()
      const { list, firstSight } = listing(repository)
      const seenAfter = version === undefined ? -Infinity : firstSight(service, version, list.begun)
      const first = list.ask(intervalMs)
      if (first !== undefined) await waitAtMost(first, FIRST_ANSWER_MS, clock)
      const mayBeOlder = seenAfter >= (list.value?.number ?? 0)
      if (mayBeOlder && list.failure === undefined) list.hurry(affordableMs(HURRY_MS))
      return {
        pullRequests: list.value?.content.pullRequests,
        failure: list.failure,
        isTruncated: list.value?.content.isTruncated ?? false,
        mayBeOlder,
      }
    },
    cached: () => cacheReport([...repositories.values()].map(({ list }) => list)),
    close() {
      for (const aborter of running) aborter.abort()
      for (const { list } of repositories.values()) list.close()
      repositories.clear()
    },
  }
}
