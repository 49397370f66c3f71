import { registryFetch } from '../../lib/cli/registry-stand-in.js'
import { virtualTimers } from '../../lib/engine/timers.js'
import { createRegistryClient } from '../../lib/registry/client.js'
import { imageRepository } from '../../lib/registry/reference.js'
import { createScanner } from '../../lib/registry/scanner.js'
import type { Measurement } from './report.js'

const SERVICES = 1000
const IMAGES = 10
const INTERVAL_SECONDS = 300
const HOURS = 4

/** Requests that 1,000 Services on 10 images cause in some hours of simulated time, against one per image and interval. */
export async function scanMeasurement(): Promise<Measurement> {
  const timers = virtualTimers()
  const names = Array.from({ length: IMAGES }, (_, index) => `bench/image-${index}`)
  const answer = registryFetch(new Map(names.map(name => [name, ['1.0.0', '1.0.1']])))
  let requests = 0
  const fetch: typeof globalThis.fetch = (...given) => {
    requests++
    return answer(...given)
  }
  const client = createRegistryClient({ fetch, now: timers.now, credentials: async () => undefined })
  const clock = { now: timers.now, random: Math.random, after: timers.after.bind(timers) }
  const scanner = createScanner({ client, clock })
  const endpoints = { dockerRegistryUrl: 'https://registry.example.com', ghcrUrl: '', allowedRegistryHosts: [] }
  const repositories = names.map(imageName =>
    imageRepository({ provider: 'docker', imageName, semanticVersion: '*', includePrereleases: false }, endpoints),
  )
  const seconds = HOURS * 3600
  for (let passed = 0; passed < seconds; passed += 60) {
    const reads = Array.from({ length: SERVICES }, (_, index) =>
      scanner.read(repositories[index % IMAGES]!, INTERVAL_SECONDS, { runningTag: '1.0.1' }),
    )
    await Promise.all(reads)
    for (let second = 0; second < 60; second++) {
      timers.advance(1000)
      for (let turn = 0; turn < 4; turn++) await new Promise(resolve => setImmediate(resolve))
    }
  }
  scanner.close()
  const ideal = IMAGES * (seconds / INTERVAL_SECONDS)
  return {
    claim: `registry requests of ${SERVICES} Services on ${IMAGES} images in ${HOURS} h against one per interval`,
    ratio: requests / ideal,
    limit: { atMost: 1.05 },
    detail: `${requests} and ${ideal} requests`,
  }
}
