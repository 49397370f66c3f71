import { startFakeRegistry } from '../fake/registry.js'
import { httpMeasurements, outageMeasurement } from './http.js'
import { imageMeasurements } from './image.js'
import { listingMeasurements } from './listings.js'
import { memoryMeasurement } from './memory.js'
import { previewMeasurement } from './previews.js'
import { type Measurement, report } from './report.js'
import { scanMeasurement } from './scans.js'
import { tagMeasurement } from './tags.js'

// Ratios only, both sides measured in turn in this one run. `--short` takes fewer and shorter rounds: enough to see that
// everything can be measured, not enough to judge. The results are also written to bench-results.json.
const isShort = process.argv.includes('--short')
const rounds = isShort ? 3 : 7
const seconds = isShort ? 2 : 3

const images = Array.from({ length: 10 }, (_, index) => [`bench/image-${index}`, ['0.1.0', '0.2.0', '0.2.1']] as const)
const registry = await startFakeRegistry(Object.fromEntries(images.map(([name, tags]) => [name, [...tags]])))
const outage = {
  url: registry.url,
  blackHole: (isOn: boolean) => {
    registry.fault = isOn ? { kind: 'blackhole' } : undefined
  },
}
const taggedImages = images.map(([name]) => name.replace('image', 'tagged'))
for (const name of taggedImages)
  registry.repositories.set(
    name,
    Array.from({ length: 1000 }, (_, index) => `0.2.${index}`),
  )
const measurements: Measurement[] = [
  ...(await httpMeasurements(registry.url, rounds, seconds)),
  await previewMeasurement(registry.url, rounds, seconds),
  tagMeasurement(isShort ? 3 : 15),
  ...(await imageMeasurements(registry.url, taggedImages, 10_000, isShort ? 1 : 5)),
  await scanMeasurement(),
  ...(await listingMeasurements()),
  await outageMeasurement(outage, rounds, seconds),
  await memoryMeasurement(registry.url),
]
report(measurements, 'bench-results.json')
await registry.close()
