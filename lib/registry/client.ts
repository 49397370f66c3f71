import { z } from 'zod'
import { AlustanError } from '../errors.js'
import type { Answer } from '../http/bounded-request.js'
import { authorize } from './authorization.js'
import { oddAnswer, oddStatus } from './odd-answer.js'
import { boundedFetch, LIMITS, rateLimited, type Budget, type Limits } from './bounded-fetch.js'
import type { CredentialHelper, Credentials } from './docker-config.js'
import { nextLink } from './link.js'
import { parseJson } from '../http/parse-json.js'
import type { ImageRepository } from './reference.js'
import { MAX_TAG_LENGTH, parseTag, type Tag } from './tag.js'

/** The tags of an image. */
export interface TagList {
  /** Those that are versions. */
  readonly tags: readonly Tag[]
  /** The text of each, of those that are no versions as many as of those that are at most. */
  readonly texts: ReadonlySet<string>
  /** Whether there are more than are kept here. */
  readonly isTruncated: boolean
  /** Whether every version is here, also where others are left out: then one that is not here is gone. */
  readonly hasAllVersions: boolean
  readonly pages: number
  /** Those that are no versions: how many, and the first few. */
  readonly others: { readonly count: number; readonly examples: readonly string[] }
}

/** Asks registries for tags (OCI distribution specification 1.1, "Listing Tags"). */
export interface RegistryClient {
  /** Reads all pages. A page that fails fails the whole list, since half a list looks like deleted tags. */
  listTags(image: ImageRepository, signal: AbortSignal): Promise<TagList>
  /** For how many milliseconds more the registry wants to be left alone. */
  blockedMs(image: ImageRepository): number
}

export interface ClientDeps {
  readonly fetch: typeof fetch
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number
  readonly credentials: (host: string, repository: string) => Promise<Credentials | CredentialHelper | undefined>
  /** Hosts of token services that are trusted with passwords beside those of a registry's own domain. */
  readonly tokenHosts?: readonly string[]
  readonly onRequest?: (request: { host: string; code: string }) => void
  readonly limits?: Partial<Limits>
}

/** Null is how some registries write that there are none. */
const TagsAnswer = z.object({ tags: z.array(z.string()).nullable() })

const MAX_AUTHORIZATIONS = 1000
const MAX_EXAMPLES = 3

interface Kept {
  readonly header: string
  readonly until: number
  readonly credentials: Credentials | undefined
}

/** Makes a client that remembers tokens until they expire and which hosts want to be left alone. */
export function createRegistryClient(deps: ClientDeps): RegistryClient {
  const limits = { ...LIMITS, ...deps.limits }
  const authorizations = new Map<string, Kept>()
  const blockedUntil = new Map<string, number>()

  const blockedMs = ({ endpoint }: ImageRepository) => Math.max(0, (blockedUntil.get(endpoint) ?? 0) - deps.now())

  async function listTags(image: ImageRepository, signal: AbortSignal): Promise<TagList> {
    const { host } = new URL(image.endpoint)
    if (blockedMs(image) > 0) throw rateLimited(host)
    const found = await deps.credentials(host, image.path)
    const budget: Budget = {
      fetch: deps.fetch,
      now: deps.now,
      endsAt: deps.now() + limits.scanMs,
      limits,
      signal,
      onBlocked: ms => blockedUntil.set(image.endpoint, deps.now() + ms),
      onRequest: deps.onRequest ?? (() => undefined),
    }
    if (found?.kind !== 'helper') return readPages(image, limits, url => fetchPage(url, image, found, budget))
    try {
      return await readPages(image, limits, url => fetchPage(url, image, undefined, budget))
    } catch (cause) {
      throw withHelper(cause, found)
    }
  }

  async function fetchPage(url: URL, image: ImageRepository, credentials: Credentials | undefined, budget: Budget) {
    const kept = authorizations.get(`${url.origin} ${image.path}`)
    const isGood = kept !== undefined && kept.until > deps.now() && kept.credentials === credentials
    const first = await boundedFetch(url, isGood ? { headers: { authorization: kept.header } } : {}, budget)
    if (first.status !== 401) return first
    const key = `${first.url.origin} ${image.path}`
    authorizations.delete(key)
    const isOwn = first.url.origin === new URL(image.endpoint).origin
    const { tokenHosts = [] } = deps
    const applicant = { path: image.path, credentials: isOwn ? credentials : undefined, tokenHosts }
    const { header, goodForMs } = await authorize(first, applicant, budget)
    const answer = await boundedFetch(first.url, { headers: { authorization: header } }, budget)
    if (answer.status === 200) {
      if (authorizations.size >= MAX_AUTHORIZATIONS) authorizations.clear()
      authorizations.set(key, { header, until: deps.now() + goodForMs, credentials })
    }
    return answer
  }

  return { listTags, blockedMs }
}

/** A refusal of an image that is not public is explained: its password is not in the file. */
function withHelper(cause: unknown, { program }: CredentialHelper): unknown {
  if (!(cause instanceof AlustanError) || cause.reason !== 'AuthenticationFailed') return cause
  const why = `the docker config leaves the password to '${program}', which cannot be asked here`
  return new AlustanError(cause.reason, `${cause.message}; ${why}: write username and password into it`, { cause })
}

async function readPages(
  image: ImageRepository,
  limits: Limits,
  fetchPage: (url: URL) => Promise<Answer>,
): Promise<TagList> {
  const tags: Tag[] = []
  const texts = new Set<string>()
  const others: { count: number; examples: string[] } = { count: 0, examples: [] }
  const seen = new Set<string>()
  const listed = (hasAllVersions: boolean): TagList => {
    const isTruncated = !hasAllVersions || others.count > limits.maxTags
    return { tags, texts, isTruncated, hasAllVersions, pages: seen.size, others }
  }
  let url = new URL(`${image.endpoint}/v2/${image.path}/tags/list?n=${limits.pageSize}`)
  for (;;) {
    seen.add(url.href)
    const answer = await fetchPage(url)
    for (const text of readTags(answer, image)) {
      const tag = parseTag(text)
      if (tag === undefined) {
        if (others.count < limits.maxTags && text.length <= MAX_TAG_LENGTH) texts.add(text)
        others.count++
        if (others.examples.length < MAX_EXAMPLES) others.examples.push(text.slice(0, MAX_TAG_LENGTH))
        continue
      }
      if (tags.length === limits.maxTags) return listed(false)
      tags.push(tag)
      texts.add(text)
    }
    const next = nextPage(answer, image)
    if (next === undefined) return listed(true)
    if (seen.has(next.href)) throw oddList(answer, image, 'with pages that go in a circle')
    if (seen.size >= limits.maxPages) return listed(false)
    url = next
  }
}

/** The next page, which must be of the same origin: a link to another one would take the credentials there. */
function nextPage(answer: Answer, image: ImageRepository): URL | undefined {
  try {
    const link = nextLink(answer.headers.get('link') ?? '')
    if (link === undefined) return undefined
    const next = URL.canParse(link, answer.url.href) ? new URL(link, answer.url) : undefined
    if (next?.origin === answer.url.origin) return next
  } catch (cause) {
    if (cause instanceof AlustanError) throw oddList(answer, image, `with ${cause.message}`)
    throw cause
  }
  throw oddList(answer, image, 'with a next page on another host')
}

function readTags(answer: Answer, image: ImageRepository): readonly string[] {
  const { status, url } = answer
  if (status === 401 || status === 403) {
    const cure = "check imageName and the registry's credentials in the docker config"
    throw new AlustanError('AuthenticationFailed', `registry '${url.host}' refuses to list '${image.name}'; ${cure}`)
  }
  if (status === 404) {
    throw new AlustanError(
      'ImageNotFound',
      `registry '${url.host}' has no image '${image.name}'; check imageName, or push it`,
    )
  }
  if (status !== 200) throw oddStatus(`registry '${url.host}'`, status)
  const parsed = TagsAnswer.safeParse(parseJson(answer.body))
  if (!parsed.success) throw oddList(answer, image, 'with something that is no list of tags')
  return parsed.data.tags ?? []
}

function oddList({ url }: Answer, image: ImageRepository, fault: string): AlustanError {
  return oddAnswer(`registry '${url.host}'`, `answers for '${image.name}' ${fault}`)
}
