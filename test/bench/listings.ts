import { createGitHubClient } from '../../lib/github/client.js'
import { createPullRequestLister } from '../../lib/github/pull-request-lister.js'
import { addRepository, fakePull, startFakeGitHub } from '../fake/github.js'
import { virtualClock } from '../virtual-clock.js'
import type { Measurement } from './report.js'

const SERVICES = 500
const PAGES = [1, 1, 1, 2, 3]
const INTERVAL_SECONDS = 60
const INTERVALS = 60

/** Requests to GitHub that 500 Services over 5 repositories cause in an hour of simulated time, and how many are free. */
export async function listingMeasurements(): Promise<Measurement[]> {
  const fake = await startFakeGitHub()
  fake.tokens.set('bench', { login: 'bench', type: 'User', may: 'read' })
  for (const [index, pages] of PAGES.entries()) {
    const pulls = Array.from({ length: pages * 100 - 50 }, (_, number) => fakePull(number + 1))
    addRepository(fake, `bench/app-${index}`, pulls)
  }
  const { clock, fetch, onRequest, pass, settle } = virtualClock(globalThis.fetch, Math.random)
  const client = createGitHubClient({ fetch, onRequest, now: clock.now, apiUrl: fake.url, token: async () => 'bench' })
  const lister = createPullRequestLister({ client, intervalSeconds: INTERVAL_SECONDS, clock })
  for (let interval = 0; interval < INTERVALS; interval++) {
    const reads = Array.from({ length: SERVICES }, (_, index) =>
      lister.read(
        { owner: 'bench', name: `app-${index % PAGES.length}` },
        { service: `bench/${index}`, version: 'the same' },
      ),
    )
    await settle()
    await Promise.all(reads)
    await pass(INTERVAL_SECONDS * 1000)
  }
  lister.close()
  await fake.close()
  const requests = fake.seen.length
  const unchanged = fake.seen.filter(({ status }) => status === 304).length
  const ideal = INTERVALS * PAGES.reduce((sum, pages) => sum + pages, 0)
  const world = `${SERVICES} Services on ${PAGES.length} repositories in an hour`
  return [
    {
      claim: `requests to GitHub of ${world} against one per page and interval`,
      ratio: requests / ideal,
      limit: { atMost: 1.05 },
      detail: `${requests} and ${ideal} requests`,
    },
    {
      claim: `of these those that cost no quota (304) while nothing changes`,
      ratio: unchanged / requests,
      limit: { atLeast: 0.95 },
      detail: `${unchanged} of ${requests} requests`,
    },
  ]
}
