import pLimit from 'p-limit'
import type { AlustanError } from '../errors.js'
import { systemClock, type Clock } from '../refresh/clock.js'
import { type CacheReport, cacheReport } from '../refresh/cache-report.js'
import { Refreshed } from '../refresh/refreshed.js'
import { waitAtMost } from '../refresh/wait-at-most.js'
import type { GitHubClient } from './client.js'
import { type Listing, listPullRequests } from './list-pull-requests.js'
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
/** Least time between two listings of which the second was brought forward by a doubt. */
const HURRY_MS = 5000

/**
 * Makes the cache of pull requests: one list per repository however many ask, repeated while somebody asks. Failures
 * leave the older list in place; a quota that is too small for the interval stretches it.
 */
export function createPullRequestLister(deps: ListerDeps): PullRequestLister & { cached(): CacheReport } {
  const { client, clock = systemClock } = deps
  const intervalMs = deps.intervalSeconds * 1000
  const repositories = new Map<string, Refreshed<Listing>>()
  const limit = pLimit(AT_A_TIME)
  const running = new Set<AbortController>()
  /** By Service: after how many listings had begun each missing pull request was first missed. */
  const doubts = new Map<string, ReadonlyMap<number, number>>()
  let session: Session | undefined

  /** An interval in which the quota is enough for all pages of all repositories. */
  const affordableMs = (wantedMs: number): number => {
    const lists = [...repositories.values()]
    const requests = lists.reduce((sum, { value }) => sum + (value?.content.pages.length ?? 1), 0)
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

  const listing = (repository: Repository): Refreshed<Listing> => {
    // GitHub's names do not tell capitals from small letters.
    const key = `${repository.owner}/${repository.name}`.toLowerCase()
    const known = repositories.get(key)
    if (known !== undefined) return known
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
    repositories.set(key, list)
    return list
  }

  return {
    async read(repository) {
      // A new token is not bound by what the old one has spent.
      session = await client.session()
      const list = listing(repository)
      const first = list.ask(intervalMs)
      if (first !== undefined) await waitAtMost(first, FIRST_ANSWER_MS, clock)
      return {
        pullRequests: list.value?.content.pullRequests,
        failure: list.failure,
        isTruncated: list.value?.content.isTruncated ?? false,
      }
    },
    doubted(repository, service, missing) {
      const list = listing(repository)
      const before = doubts.get(service)
      const missed = new Map(missing.map(number => [number, before?.get(number) ?? list.begun]))
      doubts.delete(service)
      if (missed.size > 0) doubts.set(service, missed)
      const newest = list.value?.number ?? 0
      const doubted = new Set([...missed].filter(([, begun]) => begun >= newest).map(([number]) => number))
      if (doubted.size > 0 && list.failure === undefined) list.hurry(HURRY_MS)
      return doubted
    },
    cached: () => cacheReport(repositories.values()),
    close() {
      for (const aborter of running) aborter.abort()
      for (const list of repositories.values()) list.close()
      repositories.clear()
    },
  }
}
