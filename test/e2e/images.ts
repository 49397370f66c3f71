import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Seen } from './kubectl.js'
import { run } from './shell.js'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

async function ask(path: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(`http://${process.env.REGISTRY ?? 'localhost:5000'}${path}`, init)
  if (!answer.ok && answer.status !== 404) throw new Error(`registry: ${path} answers ${answer.status}`)
  return answer
}

/** Gives the registry's `base:1` other names: cheap images whose pods really run. */
export async function pushImage(repository: string, ...tags: string[]): Promise<void> {
  const answer = await ask('/v2/base/manifests/1', { headers: { accept: MANIFEST } })
  const manifest = await answer.text()
  const { config, layers } = JSON.parse(manifest) as { config: { digest: string }; layers: { digest: string }[] }
  for (const { digest } of [config, ...layers]) {
    await ask(`/v2/${repository}/blobs/uploads/?mount=${digest}&from=base`, { method: 'POST' })
  }
  for (const tag of tags) {
    const headers = { 'content-type': MANIFEST }
    await ask(`/v2/${repository}/manifests/${tag}`, { method: 'PUT', headers, body: manifest })
  }
}

/** Takes a tag away; the image itself stays. */
export async function removeTag(repository: string, tag: string): Promise<void> {
  await ask(`/v2/${repository}/manifests/${tag}`, { method: 'DELETE' })
}

/** Takes a blob away under an image that needs it, which from then on cannot be pulled. */
export async function removeBlob(repository: string, digest: string): Promise<void> {
  await ask(`/v2/${repository}/blobs/${digest}`, { method: 'DELETE' })
}

const digestOf = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

async function pushBlob(repository: string, bytes: Buffer): Promise<string> {
  const begun = await ask(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const target = new URL(begun.headers.get('location') ?? '', begun.url)
  const digest = digestOf(bytes)
  target.searchParams.set('digest', digest)
  await ask(target.pathname + target.search, { method: 'PUT', body: new Uint8Array(bytes) })
  return digest
}

/** Makes an infrastructure image of `base:1` and some scripts: its own CMD runs `$SCRIPT $ARGS`. Returns their layer. */
export async function pushScripts(
  repository: string,
  scripts: Record<string, string>,
  ...tags: string[]
): Promise<string> {
  const folder = await mkdtemp(`${tmpdir()}/alustan-image-`)
  await mkdir(`${folder}/app`)
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(`${folder}/app/${name}`, `#!/bin/bash\n${text}\n`, { mode: 0o755 })
  }
  await run('tar', ['-cf', `${folder}/layer.tar`, '-C', folder, 'app'])
  const tar = await readFile(`${folder}/layer.tar`)
  await rm(folder, { recursive: true })
  await pushImage(repository, 'base')
  const base: Seen = await (await ask('/v2/base/manifests/1', { headers: { accept: MANIFEST } })).json()
  const config: Seen = await (await ask(`/v2/base/blobs/${base.config.digest}`)).json()
  config.config.Cmd = ['/bin/bash', '-c', 'exec $SCRIPT $ARGS']
  config.rootfs.diff_ids.push(digestOf(tar))
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: await pushBlob(repository, tar),
    size: tar.length,
  }
  const configBytes = Buffer.from(JSON.stringify(config))
  const manifest = {
    ...base,
    config: { ...base.config, digest: await pushBlob(repository, configBytes), size: configBytes.length },
    layers: [...base.layers, layer],
  }
  for (const tag of tags) {
    const headers = { 'content-type': MANIFEST }
    await ask(`/v2/${repository}/manifests/${tag}`, { method: 'PUT', headers, body: JSON.stringify(manifest) })
  }
  return layer.digest
}
