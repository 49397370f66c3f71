import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import type { ApiObject } from '../../lib/engine/cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import { close } from './listen.js'

/** An API server on a socket that answers reads, and merge patches of metadata. */
export interface FakeApi {
  objects: ApiObject[]
  /** Plurals that the login may not read. */
  readonly forbidden: Set<string>
  /** Plurals of which there is no kind. */
  readonly absent: Set<string>
  /** What `/apis/alustan.io` and `/version` say. */
  group: object | undefined
  version: { major: string; minor: string }
  /** When set, the status of every answer. */
  broken: number | undefined
  /** When set, the body of every answer, which is a success. */
  foreign: string | undefined
  readonly requests: string[]
  /** Whether a proxy that a command started goes on. */
  hasProxy(): boolean
}

/** Starts one; `kubectl` on PATH then leads to it, as `kubectl proxy` does. */
export async function startFakeApi(t: Test, objects: ApiObject[] = []): Promise<FakeApi> {
  const server = createServer((request, response) => {
    void text(request).then(body => {
      const accept = request.headers.accept ?? ''
      answer(api, { method: request.method ?? '', url: new URL(request.url ?? '', 'http://x'), accept, body }, response)
    })
  })
  const folder = mkdtempSync(`${tmpdir()}/alustan-api-`) // a socket's path has a hundred characters at most
  await new Promise<void>(resolve => server.listen(`${folder}/socket`, resolve))
  const api: FakeApi = {
    objects,
    forbidden: new Set(),
    absent: new Set(),
    group: undefined,
    version: { major: '1', minor: '36' },
    broken: undefined,
    foreign: undefined,
    requests: [],
    hasProxy: () => existsSync(`${folder}/proxy`),
  }
  const { PATH } = process.env
  const script = `case "$1" in
proxy)
  touch ${folder}/proxy
  trap 'rm ${folder}/proxy; exit' TERM
  for option; do case "$option" in --unix-socket=*) socket=\${option#*=} ;; esac; done
  ln -s ${folder}/socket "$socket"
  echo Starting to serve on "$socket"
  while :; do sleep 0.1; done ;;
*) printf team-a ;;
esac`
  writeFileSync(`${folder}/kubectl`, `#!/bin/sh\n${script}\n`)
  chmodSync(`${folder}/kubectl`, 0o755)
  process.env.PATH = `${folder}:${PATH ?? ''}`
  t.teardown(async () => {
    process.env.PATH = PATH
    await close(server)
    rmSync(folder, { recursive: true, force: true })
  })
  return api
}

interface Asked {
  method: string
  url: URL
  accept: string
  body: string
}

function answer(api: FakeApi, { method, url, accept, body }: Asked, response: ServerResponse): void {
  api.requests.push(`${method} ${decodeURIComponent(url.pathname + url.search)}`)
  const json = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value))
  const refuse = (code: number, reason: string, message: string) =>
    json(code, { kind: 'Status', status: 'Failure', reason, message, code })
  if (api.broken !== undefined) return void refuse(api.broken, 'Broken', 'something is broken')
  if (api.foreign !== undefined) return void response.end(api.foreign)
  if (url.pathname === '/version') return void json(200, api.version)
  if (url.pathname === '/apis/alustan.io' && api.group !== undefined) return void json(200, api.group)
  const [, apiVersion = '', namespace = '', plural = '', name] =
    /^\/apis?\/(.+?)\/namespaces\/([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(url.pathname) ?? []
  const resource = Object.values(RESOURCES).find(known => known.resource === plural && known.apiVersion === apiVersion)
  if (resource === undefined || api.absent.has(plural)) return void response.writeHead(404).end('404 page not found')
  if (api.forbidden.has(plural)) {
    return void refuse(403, 'Forbidden', `${plural} is forbidden: User "dev" cannot list resource "${plural}"`)
  }
  const found = api.objects.filter(
    ({ kind, metadata }) => kind === resource.kind && (metadata.namespace ?? '') === namespace,
  )
  if (name !== undefined) {
    const object = found.find(({ metadata }) => metadata.name === name)
    if (object === undefined) return void refuse(404, 'NotFound', `${plural} "${name}" not found`)
    if (method === 'PATCH') Object.assign((object.metadata.annotations ??= {}), JSON.parse(body).metadata.annotations)
    return void json(200, object)
  }
  const isWanted = selector(url.searchParams)
  const items = found.filter(isWanted).map(item => {
    // The API server leaves out what an item is.
    const { apiVersion, kind, ...rest } = item
    if (!accept.includes('as=PartialObjectMetadataList')) return rest
    return {
      apiVersion: apiVersion && 'meta.k8s.io/v1',
      kind: kind && 'PartialObjectMetadata',
      metadata: item.metadata,
    }
  })
  // As the API server does: a list of metadata that is empty has no list in it.
  json(200, { items: items.length === 0 && accept.includes('as=PartialObjectMetadataList') ? null : items })
}

function selector(query: URLSearchParams): (object: ApiObject) => boolean {
  const labels = (query.get('labelSelector') ?? '').split(',').filter(part => part !== '')
  const [, name] = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '') ?? []
  return ({ metadata }) =>
    (name === undefined || metadata.name === name) &&
    labels.every(part => {
      const [key = '', value] = part.split('=')
      return metadata.labels?.[key] === value
    })
}
