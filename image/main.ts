import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ROOT, base } from './base.js'
import { APP, bundle } from './bundle.js'
import { LAYOUT, packImage } from './oci.js'

// `npm run image` makes the container image as an OCI layout in dist/oci, without an engine; on Debian, with umoci.
// `--engine docker` (or podman, buildah) builds image/Dockerfile instead, `--bundle` makes only what goes into /app.

const Package = z.object({ version: z.string(), description: z.string() })
const { version, description } = Package.parse(JSON.parse(readFileSync('package.json', 'utf8')))
const { values } = parseArgs({
  options: { bundle: { type: 'boolean', default: false }, engine: { type: 'string' } },
})

if (values.bundle) await bundle()
else if (values.engine !== undefined) buildByEngine(values.engine)
else await buildByHand()

function buildByEngine(engine: string): void {
  const facts = [`VERSION=${version}`, `REVISION=${revision()}`].flatMap(fact => ['--build-arg', fact])
  const args = ['build', '--file', 'image/Dockerfile', ...facts, '--tag', `alustan:${version}`, '.']
  execFileSync(engine, args, { stdio: 'inherit' })
}

async function buildByHand(): Promise<void> {
  for (const program of ['umoci', 'apt-get', 'dpkg-deb']) {
    if (spawnSync(program, ['--version']).error === undefined) continue
    console.error(
      `${program} is missing: on Debian run apt-get install umoci, elsewhere npm run image -- --engine docker`,
    )
    process.exit(1)
  }
  await Promise.all([bundle(), base()])
  const label = (name: string) => `org.opencontainers.image.${name}`
  packImage(
    [
      { folder: ROOT, target: '/' },
      { folder: APP, target: '/app' },
    ],
    version,
    {
      [label('title')]: 'alustan',
      [label('description')]: description,
      [label('source')]: 'https://github.com/alustan/alustan',
      [label('licenses')]: 'Apache-2.0',
      [label('version')]: version,
      [label('revision')]: revision(),
    },
    new Date(Number(git('log', '-1', '--format=%ct')) * 1000),
  )
  console.log(
    `${LAYOUT}:${version} has ${mebibytes(`${LAYOUT}/blobs`)} MiB, ${mebibytes(ROOT) + mebibytes(APP)} MiB unpacked`,
  )
  console.log(`push it: skopeo copy oci:${LAYOUT}:${version} docker://REGISTRY/alustan/alustan:${version}`)
}

function revision(): string {
  return existsSync('.git') ? git('rev-parse', 'HEAD') : 'unknown'
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim()
}

function mebibytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const bytes = files.map(file => statSync(`${file.parentPath}/${file.name}`).size)
  return Math.round(bytes.reduce((sum, size) => sum + size, 0) / 1024 / 1024)
}
