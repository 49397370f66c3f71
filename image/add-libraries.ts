import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, writeFileSync } from 'node:fs'

/** All that Node.js needs of Debian; resolving names is part of libc. */
const PACKAGES = ['libc6', 'libgcc-s1', 'libstdc++6']
const LIBRARY = /^(ld-linux[-\w]*|lib(c|m|dl|pthread|gcc_s|stdc\+\+))\.so(\.\d+)*$/

/** Puts Debian's newest libraries under `root`, with their copyrights and the records that scanners of images read. */
export function addLibraries(downloads: string, root: string): void {
  const packages = [...PACKAGES, copyrightPackage()]
  execFileSync('apt-get', ['download', ...packages], { cwd: downloads, stdio: ['ignore', 'ignore', 'pipe'] })
  for (const name of packages) {
    const deb = readdirSync(downloads).find(file => file.startsWith(`${name}_`)) ?? name
    const unpacked = `${downloads}/${name}`
    execFileSync('dpkg-deb', ['-x', `${downloads}/${deb}`, unpacked])
    for (const entry of readdirSync(unpacked, { recursive: true, withFileTypes: true })) {
      const path = `${entry.parentPath}/${entry.name}`
      const isWanted = LIBRARY.test(entry.name) || entry.name === 'copyright' || path.endsWith(`/doc/${name}`)
      if (!isWanted || entry.isDirectory()) continue
      cpSync(path, root + path.slice(unpacked.length), { verbatimSymlinks: true })
    }
    const control = execFileSync('dpkg-deb', ['--field', `${downloads}/${deb}`])
    writeFileSync(`${root}/var/lib/dpkg/status.d/${name.replaceAll('+', '')}`, control)
  }
}

/** GCC's libraries only link to the copyright of gcc-VERSION-base. */
function copyrightPackage(): string {
  const depends = execFileSync('apt-cache', ['depends', 'libgcc-s1'], { encoding: 'utf8' })
  const name = /gcc-\d+-base/.exec(depends)?.[0]
  if (name === undefined) throw new Error('apt knows no libgcc-s1; run: apt-get update')
  return name
}
