import { AlustanError } from '../errors.js'
import type { GitHubClient } from './client.js'
import { parsePullRequestPage } from './pull-request-page.js'
import type { PullRequest, Repository } from './pull-requests.js'
import { oddAnswer } from './refusal.js'
import type { Session } from './session.js'

interface Page {
  readonly etag: string | undefined
  readonly pullRequests: readonly PullRequest[]
  readonly hasNext: boolean
}

/** A whole list as it was at one moment, with what is needed to ask for it again. */
export interface Listing {
  readonly session: Session
  readonly pages: readonly Page[]
  /** Highest number first. */
  readonly pullRequests: readonly PullRequest[]
  readonly isTruncated: boolean
}

/** Most that is read of one repository: the newest 3,000 open pull requests. */
const PAGE_SIZE = 100
const MAX_PAGES = 30
/** How often the pages are read until two readings agree. */
const MAX_READINGS = 4

const ERRAND = { act: 'list pull requests of', permission: 'Pull requests: read' }

/**
 * Lists the open pull requests of a repository. Pages that did not change since `known` are not sent again (a 304 costs
 * no quota). A list of several pages is read until two readings agree: one closed in the meantime moves all others by
 * one, and the one that moved over the edge of a page would be missed, its preview removed. Throws `AlustanError`.
 */
export async function listPullRequests(
  client: GitHubClient,
  repository: Repository,
  known: Listing | undefined,
  signal: AbortSignal,
): Promise<Listing> {
  const name = `${repository.owner}/${repository.name}`
  if ([repository.owner, repository.name].some(part => /^\.*$/.test(part))) {
    throw await client.refusal(404, { ...ERRAND, repository })
  }
  const session = await client.session()
  let before = known?.session === session ? known.pages : []
  for (let reading = 0; reading < MAX_READINGS; reading++) {
    const pages = await readPages(client, repository, before, signal)
    if (pages.length === 1 || isSame(pages, before)) return asListing(session, pages)
    before = pages
  }
  const fault = 'its pull requests change faster than they can be listed; it is tried again'
  throw new AlustanError('InvalidGitHubAnswer', `GitHub '${client.host}' has no steady list for '${name}': ${fault}`)
}

async function readPages(
  client: GitHubClient,
  repository: Repository,
  before: readonly Page[],
  signal: AbortSignal,
): Promise<Page[]> {
  const pages: Page[] = []
  do {
    pages.push(await readPage(client, repository, pages.length + 1, before[pages.length], signal))
  } while (pages.at(-1)?.hasNext === true && pages.length < MAX_PAGES)
  return pages
}

async function readPage(
  client: GitHubClient,
  repository: Repository,
  page: number,
  before: Page | undefined,
  signal: AbortSignal,
): Promise<Page> {
  const answer = await client.ask(octokit =>
    octokit.rest.pulls.list({
      owner: repository.owner,
      repo: repository.name,
      state: 'open',
      sort: 'created',
      direction: 'desc',
      per_page: PAGE_SIZE,
      page,
      headers: before?.etag === undefined ? {} : { 'if-none-match': before.etag },
      request: { signal },
    }),
  )
  if (answer.status === 304 && before !== undefined) return before
  if (answer.status !== 200) throw await client.refusal(answer.status, { ...ERRAND, repository })
  const pullRequests = parsePullRequestPage(answer.data)
  if (pullRequests === undefined) {
    const name = `${repository.owner}/${repository.name}`
    throw oddAnswer(client.host, `answers for '${name}' with something that is no list of pull requests`)
  }
  // A page that is full is taken to have a next one: whether a tag covers the Link header is nowhere said.
  const hasNext = pullRequests.length >= PAGE_SIZE || /\brel="?next\b/.test(answer.link)
  return { etag: answer.etag, pullRequests, hasNext }
}

function isSame(pages: readonly Page[], before: readonly Page[]): boolean {
  return (
    pages.length === before.length &&
    pages.every((page, at) => JSON.stringify(page.pullRequests) === JSON.stringify(before[at]?.pullRequests))
  )
}

function asListing(session: Session, pages: readonly Page[]): Listing {
  const byNumber = new Map(pages.flatMap(page => page.pullRequests).map(pull => [pull.number, pull]))
  const pullRequests = [...byNumber.values()].sort((a, b) => b.number - a.number)
  return { session, pages, pullRequests, isTruncated: pages.at(-1)?.hasNext === true }
}
