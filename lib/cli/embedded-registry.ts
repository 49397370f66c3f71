import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

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

/** A registry on this machine that knows tags only. */
export interface EmbeddedRegistry {
  readonly url: string
  readonly repositories: Repositories
  close(): Promise<void>
}

/** Starts a registry on a free port of the loopback interface. */
export async function startEmbeddedRegistry(repositories: Repositories): Promise<EmbeddedRegistry> {
  const server = createServer((request, response) => {
    const { status, link, body } = tagsPage(repositories, new URL(request.url ?? '/', 'http://localhost'))
    response.writeHead(status, { 'content-type': 'application/json', ...(link !== undefined && { link }) })
    response.end(JSON.stringify(body))
  })
  return { url: await listen(server), repositories, close: () => close(server) }
}

/** Listens on a free port of the loopback interface; answers the URL. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Stops a server at once, with the connections that are kept alive. */
export async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}
