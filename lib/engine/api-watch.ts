import { errorText } from '../errors.js'
import { pathOf, refused, type ApiClient } from './api-request.js'
import { ApiError, type ApiObject, type Observer, type Resource, type WatchEvent } from './cluster.js'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** The API server ends a watch by itself after a while; asking for it keeps dead connections from lasting. */
const WATCH_SECONDS = 290

/**
 * Lists and watches a kind until the signal: goes on where a connection ended, lists again when the API server has
 * forgotten that place (410) or anything else is wrong, after a pause that grows.
 */
export async function watchForever(
  client: ApiClient,
  resource: Resource,
  observer: Observer,
  { signal, onError }: { signal: AbortSignal; onError: (message: string) => void },
): Promise<void> {
  const isOver = (): boolean => signal.aborted
  let pause = FIRST_PAUSE_MS
  while (!isOver()) {
    try {
      const list = await listAll(client, resource, signal)
      observer.listed(list.items)
      pause = FIRST_PAUSE_MS
      let from = list.resourceVersion
      for (;;) from = await watchOnce(client, resource, observer, { from, signal })
    } catch (error) {
      if (isOver()) return
      if (error instanceof ApiError && error.status === 410) continue
      onError(`watch of ${resource.resource}: ${errorText(error)}`)
      await sleep(pause, signal)
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }
}

/** All objects of a kind, and the version of the list: from there a watch misses nothing. */
export async function listAll(
  client: ApiClient,
  resource: Resource,
  signal?: AbortSignal,
  { namespace, query = {} }: { namespace?: string | undefined; query?: Record<string, string> } = {},
): Promise<{ items: ApiObject[]; resourceVersion: string }> {
  const path = pathOf(resource, { namespace })
  const response = await client.send(path, { query, ...(signal && { signal }) })
  const list = (await response.json()) as { items?: ApiObject[]; metadata?: { resourceVersion?: string } } // a List
  const { apiVersion, kind } = resource
  return {
    // Items of a list do not say what they are.
    items: (list.items ?? []).map(item => ({ ...item, apiVersion, kind })),
    resourceVersion: list.metadata?.resourceVersion ?? '',
  }
}

/** Watches until the connection ends and returns how far it got; throws what the API server reports. */
async function watchOnce(
  client: ApiClient,
  resource: Resource,
  observer: Observer,
  { from, signal }: { from: string; signal: AbortSignal },
): Promise<string> {
  const query = {
    watch: '1',
    resourceVersion: from,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(WATCH_SECONDS),
  }
  const response = await client.send(pathOf(resource, {}), { query, signal })
  let reached = from
  for await (const line of lines(response)) {
    const event = JSON.parse(line) as { type: string; object: ApiObject } // a WatchEvent of the API
    if (event.type === 'ERROR') {
      const { code } = event.object as { code?: unknown }
      throw refused(typeof code === 'number' ? code : 500, JSON.stringify(event.object))
    }
    reached = event.object.metadata.resourceVersion ?? reached
    if (event.type !== 'BOOKMARK') observer.changed(event as WatchEvent) // no other type is left
  }
  return reached
}

async function* lines({ body }: Response): AsyncGenerator<string> {
  if (body === null) return
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    yield* parts.filter(part => part !== '')
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
