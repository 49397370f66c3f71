import type { ServerResponse } from 'node:http'
import { tagsPage } from '../../lib/cli/tags-page.js'
import type { FakeRegistry } from './registry.js'

/** Answers a list of tags, or what the fault makes of it. */
export function servePage(fake: FakeRegistry, url: URL, response: ServerResponse): void {
  const { fault } = fake
  const page = tagsPage(fake.repositories, url, fake.pageSize)
  const link = page.link === undefined ? {} : { link: page.link }
  const here = url.pathname + url.search
  switch (fault?.kind) {
    case 'refuse':
    case 'blackhole':
      return
    case 'stalled':
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"tags":[')
      return
    case 'slow':
      setTimeout(() => {
        json(response, page.status, page.body, link)
      }, fault.ms).unref()
      return
    case 'status': {
      const body = fault.hasRequestId === true ? { message: `request-${fake.counts.page} failed` } : {}
      const { retryAfter, date } = fault
      json(response, fault.status, body, { ...(retryAfter && { 'retry-after': retryAfter }), ...(date && { date }) })
      return
    }
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<html><body>Sign in</body></html>')
      return
    case 'truncated':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"tags":["1.0.0"')
      setImmediate(() => response.destroy())
      return
    case 'wrongJson': {
      json(response, 200, { name: 'x', tags: { '1.0.0': true } })
      return
    }
    case 'nullTags': {
      json(response, 200, { name: 'x', tags: null })
      return
    }
    case 'garbledLink': {
      json(response, 200, page.body, { link: '</next; rel=next' })
      return
    }
    case 'linkLoop': {
      json(response, 200, page.body, { link: `<${here}>; rel="next"` })
      return
    }
    case 'foreignLink': {
      json(response, 200, page.body, { link: '<http://127.0.0.1:9/v2/x/tags/list>; rel="next"' })
      return
    }
    case 'lateForbidden': {
      if (url.searchParams.has('last')) json(response, 403, {})
      else json(response, 200, page.body, link)
      return
    }
    case 'endlessPages': {
      const at = Number(url.searchParams.get('at') ?? 0)
      const next = { link: `<${url.pathname}?at=${at + 1}>; rel="next"` }
      json(response, 200, { tags: Array.from({ length: fake.pageSize }, (_, index) => `${at}.${index}.0`) }, next)
      return
    }
    case 'huge': {
      json(response, 200, { tags: ['1.0.0'], padding: 'x'.repeat(fault.bytes) })
      return
    }
    case 'redirect':
      response.writeHead(307, { location: fault.to + here })
      response.end()
      return
    case undefined: {
      json(response, page.status, page.body, link)
      return
    }
  }
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
