import { AlustanError } from '../lib/errors.js'
import { createRegistryClient, type ClientDeps } from '../lib/registry/client.js'
import type { ContainerRegistry } from '../lib/registry/container-registry.js'
import type { Credentials } from '../lib/registry/docker-config.js'
import { imageRepository } from '../lib/registry/reference.js'
import { AMPLE_MS } from './ample-time.js'
import { startFakeRegistry, type FakeRegistry } from './fake/registry.js'

/** No registry but that of the spec. */
export const endpoints = { dockerRegistryUrl: '', ghcrUrl: '', allowedRegistryHosts: [] }
const never = new AbortController().signal

/** A password, and the credentials that hold it. */
export const secret = 'pa:ss-word'
export const password = { kind: 'password', username: 'user', password: secret } as const satisfies Credentials

/** The `containerRegistry` of a spec: an image in the registry at a host. */
export function image(host: string, imageName = 'team/app'): ContainerRegistry {
  return { provider: 'generic', host, imageName, semanticVersion: '*', includePrereleases: false }
}

/** A client of the fake registry, its list of tags, and the clock that only it lives by. */
export function lister(fake: { host: string }, deps: Partial<ClientDeps> & { use?: Credentials } = {}) {
  let now = 0
  const client = createRegistryClient({
    fetch,
    now: () => now,
    credentials: async () => deps.use,
    ...deps,
    limits: { requestMs: AMPLE_MS, scanMs: AMPLE_MS, ...deps.limits },
  })
  const repository = imageRepository(image(fake.host), endpoints)
  return {
    client,
    repository,
    list: () => client.listTags(repository, never),
    pass: (ms: number) => {
      now += ms
    },
  }
}

/** A fake registry with an image of these tags, for as long as the run takes. */
export async function withFake(
  run: (fake: FakeRegistry) => Promise<void>,
  tags = ['1.0.0', '1.1.0', 'latest'],
): Promise<void> {
  const fake = await startFakeRegistry({ 'team/app': tags })
  await run(fake).finally(() => fake.close())
}

/** What a promise was rejected with, which must be a failure that we tell. */
export async function failureOf(promise: Promise<unknown>): Promise<AlustanError> {
  const thrown: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (cause: unknown) => cause,
  )
  if (thrown instanceof AlustanError) return thrown
  throw thrown
}
