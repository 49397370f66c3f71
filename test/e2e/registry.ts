import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { close, listen } from '../fake/listen.js'
import { AlustanError } from '../../lib/errors.js'
import { createRegistryClient } from '../../lib/registry/client.js'
import { credentialsFor, parseDockerConfig } from '../../lib/registry/docker-config.js'
import { imageRepository } from '../../lib/registry/reference.js'

const USER = 'alustan'
const PASSWORD = 'alustan-e2e'
/** `htpasswd -Bbn alustan alustan-e2e` */
const HTPASSWD = 'alustan:$2b$05$abcdefghijklmnopqrstuuPDe.sbxhq/rTgrzaiiLKMbxJ8jymDdq\n'

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
    credentials: async (name, repository) => credentialsFor(config, name, repository),
    limits: { pageSize: 2 },
  })
  const registry = { provider: 'generic', host, imageName, semanticVersion: '*', includePrereleases: false } as const
  const image = imageRepository(registry, { dockerRegistryUrl: '', ghcrUrl: '', allowedRegistryHosts: [] })
  const { tags } = await client.listTags(image, new AbortController().signal)
  return tags.map(({ text }) => text).sort()
}

async function startRegistry(isProtected: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'alustan-registry-'))
  const probe = createServer()
  const url = await listen(probe)
  await close(probe)
  const { host } = new URL(url)
  await writeFile(join(folder, 'htpasswd'), HTPASSWD)
  const auth = { htpasswd: { realm: 'e2e', path: join(folder, 'htpasswd') } }
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: folder } },
    http: { addr: host, secret: 'e2e' },
    ...(isProtected && { auth }),
  }
  // JSON is YAML
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  const program = spawn('registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve =>
    program
      .once('close', () => {
        resolve()
      })
      .once('error', () => {
        resolve()
      }),
  )
  const stop = async () => {
    program.kill()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const isUp = await waitFor(url)
  if (isUp) return { url, host, stop }
  await stop()
  throw new Error("the program 'registry' does not start; is it on PATH?")
}

async function waitFor(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(`${url}/v2/`).catch(() => undefined)
    if (answer?.status === 200 || answer?.status === 401) return true
    await sleep(100)
  }
  return false
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
