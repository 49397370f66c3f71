import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { pipeline } from 'node:stream/promises'
import { addLibraries } from './add-libraries.js'

/** Where the file system below the application is put together, from the root of the project. */
export const ROOT = 'dist/root'

/** Where the Node.js of the image is, once it is put together. */
export const IMAGE_NODE = `${ROOT}/usr/local/bin/node`

const NODE = '24.21.0'

/** What npm said of the packages that hold Node.js for an architecture, when this version was chosen. */
const NODE_INTEGRITY: Partial<Record<string, string>> = {
  x64: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  arm64: 'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
}

/** Makes the file system of an image without shell or package manager: Node.js, its libraries and a user. */
export async function base(): Promise<void> {
  rmSync(ROOT, { recursive: true, force: true })
  for (const folder of ['etc', 'usr/local/bin', 'usr/share/doc', 'var/lib/dpkg/status.d', 'tmp', 'app']) {
    mkdirSync(`${ROOT}/${folder}`, { recursive: true })
  }
  writeFileSync(`${ROOT}/etc/passwd`, 'root:x:0:0::/:/sbin/nologin\nnonroot:x:65532:65532::/app:/sbin/nologin\n')
  writeFileSync(`${ROOT}/etc/group`, 'root:x:0:\nnonroot:x:65532:\n')
  const downloads = mkdtempSync(`${tmpdir()}/alustan-base-`)
  try {
    await addNode(downloads)
    addLibraries(downloads, ROOT)
  } finally {
    rmSync(downloads, { recursive: true })
  }
}

async function addNode(downloads: string): Promise<void> {
  const name = `node-linux-${process.arch}@${NODE}`
  const expected = NODE_INTEGRITY[process.arch]
  if (expected === undefined) throw new Error(`${name}: no checksum is known for this architecture`)
  execFileSync('npm', ['pack', '--silent', `--pack-destination=${downloads}`, name], { stdio: 'ignore' })
  const file = `${downloads}/node-linux-${process.arch}-${NODE}.tgz`
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  if (hash.digest('base64') !== expected) throw new Error(`${name} is not what it was when this version was chosen`)
  execFileSync('tar', ['-xzf', file, '-C', downloads, 'package/bin/node', 'package/LICENSE'])
  cpSync(`${downloads}/package/bin/node`, IMAGE_NODE)
  mkdirSync(`${ROOT}/usr/share/doc/node`)
  cpSync(`${downloads}/package/LICENSE`, `${ROOT}/usr/share/doc/node/copyright`)
}
