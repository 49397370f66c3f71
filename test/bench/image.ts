import { existsSync } from 'node:fs'
import { IMAGE_NODE } from '../../image/base.js'
import { bundle } from '../../image/bundle.js'
import { settledBody } from './body.js'
import { residentMiB } from './memory.js'
import { startServer } from './processes.js'
import { type Measurement, median } from './report.js'

/**
 * The server as it is in the image: until it takes traffic, against 1 s; its memory with the tags of some images in its
 * cache, against 128 MiB. On the image's own Node.js where it was built.
 */
export async function imageMeasurements(
  registryURL: string,
  images: readonly string[],
  tags: number,
  rounds: number,
): Promise<Measurement[]> {
  await bundle()
  const program = existsSync(IMAGE_NODE) ? IMAGE_NODE : process.execPath
  const server = () => startServer('dist/app/server.mjs', '/readyz', { DOCKER_REGISTRY_URL: registryURL }, program)
  const seconds: number[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    const hooks = await server()
    seconds.push((performance.now() - began) / 1000)
    await hooks.stop()
  }
  const hooks = await server()
  try {
    // Each is called until the registry's answer is in the cache.
    for (const image of images) await settledBody(hooks.url, 'service-name', image, 10 * 1024)
    const resident = await residentMiB(hooks.url)
    const node = program === IMAGE_NODE ? "the image's Node.js" : `Node.js ${process.version}`
    return [
      {
        claim: 'start of the bundled server until it takes traffic, against 1 s',
        ratio: median(seconds),
        limit: { atMost: 1 },
        detail: `${(median(seconds) * 1000).toFixed(0)} ms on ${node}`,
      },
      {
        claim: `its resident memory with ${tags} tags in the cache, against 128 MiB`,
        ratio: resident / 128,
        limit: { atMost: 1 },
        detail: `${resident.toFixed(0)} MiB on ${node}`,
      },
    ]
  } finally {
    await hooks.stop()
  }
}
