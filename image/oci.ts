import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'

/** Where the image is: an OCI layout that skopeo, podman and crane read. */
export const LAYOUT = 'dist/oci'

/** One layer: a folder and where it goes in the image. */
export interface Layer {
  readonly folder: string
  readonly target: string
}

/** Packs layers, from the lowest, into an image with umoci. The same files give the same image, byte for byte. */
export function packImage(layers: readonly Layer[], tag: string, labels: Record<string, string>, created: Date): void {
  rmSync(LAYOUT, { recursive: true, force: true })
  const image = `${LAYOUT}:${tag}`
  const at = created.toISOString().replace(/\.\d+Z$/, 'Z')
  const umoci = (...args: string[]) => execFileSync('umoci', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  umoci('init', '--layout', LAYOUT)
  umoci('new', '--image', image)
  for (const { folder, target } of layers) {
    const tar = `${folder}.tar`
    packLayer(folder, target, tar, created)
    umoci('raw', 'add-layer', '--image', image, '--history.created', at, '--history.created_by', 'npm run image', tar)
    rmSync(tar)
  }
  const all = Object.entries(labels).flatMap(([name, value]) => ['--config.label', `${name}=${value}`])
  umoci(
    ...['config', '--image', image, '--no-history', '--created', at, '--os', 'linux'],
    ...['--architecture', process.arch === 'x64' ? 'amd64' : process.arch],
    ...['--config.user', '65532:65532', '--config.workingdir', '/app', '--config.exposedports', '8080'],
    ...['--config.env', 'PATH=/usr/local/bin', '--config.env', 'NODE_ENV=production'],
    ...['--config.entrypoint', 'node', '--config.cmd', '/app/server.mjs', '--config.stopsignal', 'SIGTERM'],
    ...all,
  )
  umoci('gc', '--layout', LAYOUT)
}

function packLayer(folder: string, target: string, tar: string, created: Date): void {
  execFileSync('tar', [
    ...['--create', '--file', tar, '--directory', folder, '--format=gnu', '--sort=name'],
    ...[
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u=rwX,go=rX',
      `--mtime=@${Math.floor(created.getTime() / 1000)}`,
    ],
    // Names in an archive have no leading slash; a link's own target stays.
    ...['--transform', `flags=r;s,^\\.,${target.slice(1) || '.'},`, '.'],
  ])
}
