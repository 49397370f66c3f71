import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { AlustanError } from '../../lib/errors.js'
import { createRegistryClient } from '../../lib/registry/client.js'
import { entryFor, parseDockerConfig } from '../../lib/registry/docker-config.js'
import { imageRepository } from '../../lib/registry/reference.js'
import { PASSWORD, USER, startRegistry } from './registry-process.js'

const REPOSITORY = 'alustan/backend'
const TAGS = ['0.1.0', '0.2.0', 'v0.3.0', '0.4.0-rc.1', 'latest', 'sha-1234567']

/** The client lists the tags of a real registry (the program `registry` on PATH), open and with a password. */
export async function registryScenario(): Promise<void> {
  for (const isProtected of [false, true]) {
    const registry = await startRegistry(isProtected)
    try {
      await pushImage(registry.url, TAGS, isProtected ? basic() : {})
      assert.deepEqual(await scan(registry.host, isProtected ? PASSWORD : undefined), [
        '0.1.0',
        '0.2.0',
        '0.4.0-rc.1',
        'v0.3.0',
      ])
      if (isProtected) {
        for (const password of [undefined, 'wrong']) {
          await assert.rejects(scan(registry.host, password), { reason: 'AuthenticationFailed' })
        }
      }
      await assert.rejects(
        scan(registry.host, isProtected ? PASSWORD : undefined, 'alustan/none'),
        (error: unknown) => error instanceof AlustanError && error.reason === 'ImageNotFound',
      )
    } finally {
      await registry.stop()
    }
  }
}

async function scan(host: string, password: string | undefined, imageName = REPOSITORY): Promise<string[]> {
  const auth = Buffer.from(`${USER}:${password ?? ''}`).toString('base64')
  const auths = password === undefined ? {} : { [`http://${host}`]: { auth } }
  const config = parseDockerConfig(JSON.stringify({ auths }), 'the test')
  const client = createRegistryClient({
    fetch,
    now: () => performance.now(),
    credentials: async (name, repository) => entryFor(config, name, repository)?.credentials,
    limits: { pageSize: 2 },
  })
  const registry = { provider: 'generic', host, imageName, semanticVersion: '*', includePrereleases: false } as const
  const image = imageRepository(registry, { dockerRegistryUrl: '', ghcrUrl: '', allowedRegistryHosts: [] })
  const { tags } = await client.listTags(image, new AbortController().signal)
  return tags.map(({ text }) => text).sort()
}

/** Pushes an image without layers under these tags, as the OCI distribution specification says. */
async function pushImage(url: string, tags: readonly string[], headers: Record<string, string>): Promise<void> {
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
  )
  const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`
  const upload = await fetch(`${url}/v2/${REPOSITORY}/blobs/uploads/`, { method: 'POST', headers })
  assert.equal(upload.status, 202)
  const target = new URL(upload.headers.get('location') ?? '', url)
  target.searchParams.set('digest', digest)
  const octets = { ...headers, 'content-type': 'application/octet-stream' }
  assert.equal((await fetch(target, { method: 'PUT', headers: octets, body: config })).status, 201)
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length },
    layers: [],
  }
  for (const tag of tags) {
    const put = {
      method: 'PUT',
      headers: { ...headers, 'content-type': manifest.mediaType },
      body: JSON.stringify(manifest),
    }
    assert.equal((await fetch(`${url}/v2/${REPOSITORY}/manifests/${tag}`, put)).status, 201)
  }
}

function basic(): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}` }
}
