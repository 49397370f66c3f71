import { createHash } from 'node:crypto'
import { tagsPage } from '../../lib/cli/tags-page.js'
import type { VirtualTimers } from '../../lib/engine/timers.js'
import { compareTags, parseTag } from '../../lib/registry/tag.js'
import { addRepository, fakePull } from '../fake/github.js'
import { answerGitHub } from '../fake/github-routes.js'
import type { FakeGitHub, FakePull } from '../fake/github-state.js'

/** How a registry or GitHub fails for a while. */
export type OutsideFault = 'refuse' | 'html' | 'slow' | 'tooMany' | 'forbidden' | 'unavailable'

/** A registry and a GitHub within this process, whose faults end by themselves, in simulated time. */
export interface Outside {
  readonly tags: Map<string, string[]>
  readonly pulls: ReadonlyMap<string, FakePull[]>
  /** Requests so far. */
  readonly requests: { registry: number; gitHub: number }
  fail(host: 'registry' | 'gitHub', fault: OutsideFault, seconds: number): void
  heal(): void
  readonly fetchRegistry: typeof fetch
  readonly fetchGitHub: typeof fetch
}

export const GITHUB_URL = 'https://github.example.com'
export const GITHUB_TOKEN = 'ghp_soak'

const SLOW_MS = 12_000
const HOUR_MS = 3_600_000

/** Starts with images and repositories that nothing is in but one tag. */
export function createOutside(
  images: readonly string[],
  repositories: readonly string[],
  timers: VirtualTimers,
): Outside {
  const tags = new Map(images.map(image => [image, ['1.0.0']]))
  const gitHub = fakeGitHub(repositories)
  const requests = { registry: 0, gitHub: 0 }
  const faults = new Map<string, { fault: OutsideFault; until: number }>()

  const spoilt = async (host: keyof typeof requests): Promise<Response | undefined> => {
    requests[host]++
    const { fault, until = 0 } = faults.get(host) ?? {}
    if (fault === undefined || until <= timers.now()) return undefined
    if (fault === 'slow') await new Promise<void>(resolve => timers.after(SLOW_MS, resolve))
    if (fault === 'slow') return undefined
    if (fault === 'refuse') throw new TypeError('fetch failed')
    if (fault === 'html') return new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } })
    const seconds = String(Math.ceil((until - timers.now()) / 1000))
    if (fault === 'tooMany') return json(429, {}, { 'retry-after': seconds })
    return json(fault === 'forbidden' ? 403 : 503, { message: 'no' })
  }

  return {
    tags,
    pulls: new Map([...gitHub.repositories].map(([name, { pulls }]) => [name, pulls])),
    requests,
    fail: (host, fault, seconds) => faults.set(host, { fault, until: timers.now() + seconds * 1000 }),
    heal: () => faults.clear(),
    async fetchRegistry(input) {
      const bad = await spoilt('registry')
      if (bad !== undefined) return bad
      const { status, link, body } = tagsPage(tags, urlOf(input))
      return json(status, body, link === undefined ? {} : { link })
    },
    async fetchGitHub(input, init) {
      const bad = await spoilt('gitHub')
      if (bad !== undefined) return bad
      const answer = answerGitHub(gitHub, { method: 'GET', url: urlOf(input), body: undefined, token: GITHUB_TOKEN })
      const etag = `"${createHash('sha256').update(JSON.stringify(answer.body)).digest('hex')}"`
      const isSame = new Headers(init?.headers).get('if-none-match') === etag
      const headers = { ...answer.headers, ...quota(timers.now()), etag }
      return isSame ? new Response(null, { status: 304, headers }) : json(answer.status, answer.body, headers)
    },
  }
}

function urlOf(input: Parameters<typeof fetch>[0]): URL {
  return new URL(input instanceof Request ? input.url : input)
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

function quota(now: number): Record<string, string> {
  const reset = String(Math.ceil((now + HOUR_MS) / 1000))
  return { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': reset }
}

function fakeGitHub(repositories: readonly string[]): FakeGitHub {
  const fake: FakeGitHub = {
    url: GITHUB_URL,
    host: new URL(GITHUB_URL).host,
    repositories: new Map(),
    tokens: new Map([[GITHUB_TOKEN, { login: 'soak', type: 'Bot', may: 'read' }]]),
    fault: undefined,
    limits: { anonymous: 60, token: 5000 },
    resetsAt: 0,
    spent: new Map(),
    seen: [],
    onRequest: () => undefined,
    close: async () => undefined,
  }
  for (const name of repositories) addRepository(fake, name, [fakePull(1)])
  return fake
}

/** The highest of some tags. */
export function newest(tags: readonly string[]): string {
  return [...tags].sort((a, b) => compareTags(parseTag(a)!, parseTag(b)!)).at(-1)!
}
