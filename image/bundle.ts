import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

/** Where the application of the image is put together, from the root of the project. */
export const APP = 'dist/app'

/** CommonJS modules inside an ES module ask for `require`. */
const BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);"

/** Makes the server one file, beside it the licences of all that is in it and a list of it (CycloneDX). */
export async function bundle(): Promise<void> {
  rmSync(APP, { recursive: true, force: true })
  mkdirSync(APP, { recursive: true })
  await build({
    entryPoints: ['dist/hooks/server.js'],
    outfile: `${APP}/server.mjs`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: BANNER },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    logLevel: 'warning',
  })
  copyFileSync('LICENSE', `${APP}/LICENSE`)
  writeFileSync(`${APP}/sbom.cdx.json`, billOfMaterials())
}

/** What `npm sbom` says, without what would make each run's another one. */
function billOfMaterials(): string {
  const args = ['sbom', '--omit=dev', '--sbom-format=cyclonedx', '--package-lock-only']
  const text = execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const isChanging = (key: string) => key === 'serialNumber' || key === 'timestamp'
  return `${JSON.stringify(JSON.parse(text), (key, value: unknown) => (isChanging(key) ? undefined : value), 1)}\n`
}
