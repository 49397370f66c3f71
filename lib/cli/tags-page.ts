/** Tags by repository; may be changed at any time. */
export type Repositories = Map<string, string[]>

/** One page of tags as the OCI distribution specification words it, with a link to the next. */
export interface TagsPage {
  readonly status: number
  readonly link: string | undefined
  readonly body: unknown
}

/** Answers `GET /v2/NAME/tags/list?n=…&last=…`; a page holds at most `maxPage` tags, in lexical order. */
export function tagsPage(repositories: Repositories, url: URL, maxPage = 1000): TagsPage {
  const name = /^\/v2\/(.+)\/tags\/list$/.exec(url.pathname)?.[1] ?? ''
  const tags = repositories.get(name)
  if (tags === undefined) {
    return {
      status: 404,
      link: undefined,
      body: { errors: [{ code: 'NAME_UNKNOWN', message: 'repository not known' }] },
    }
  }
  const size = Math.min(Number(url.searchParams.get('n') ?? maxPage), maxPage)
  const last = url.searchParams.get('last') ?? ''
  const rest = tags.filter(tag => tag > last).sort()
  const page = rest.slice(0, size)
  const next = new URLSearchParams({ last: page.at(-1) ?? '', n: String(size) })
  const link = rest.length > page.length ? `</v2/${name}/tags/list?${next.toString()}>; rel="next"` : undefined
  return { status: 200, link, body: { name, tags: page } }
}
