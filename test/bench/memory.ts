import autocannon from 'autocannon'
import { settledBody } from './body.js'
import { startServer } from './processes.js'
import type { Measurement } from './report.js'

const SERVICES = 1000
const IMAGES = 10
const CALLS = 100_000

/** Resident memory in MiB, as the server's own metrics tell it. */
export async function residentMiB(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const bytes = /^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]
  if (bytes === undefined) throw new Error('the metrics do not tell the resident memory')
  return Number(bytes) / 1024 / 1024
}

/** Memory after 100,000 calls for 1,000 Services against that after the first tenth: the heap takes as long to settle. */
export async function memoryMeasurement(registryURL: string): Promise<Measurement> {
  const hooks = await startServer('dist/hooks/server.js', '/readyz', { DOCKER_REGISTRY_URL: registryURL })
  try {
    const body = await settledBody(hooks.url, 'service-name', 'bench/image-0', 10 * 1024)
    const requests = Array.from({ length: SERVICES }, (_, index) => ({
      body: body
        .replaceAll('service-name', `service-${index}`)
        .replaceAll('bench/image-0', `bench/image-${index % IMAGES}`),
    }))
    const call = (amount: number) =>
      autocannon({
        url: `${hooks.url}/services/sync`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        connections: 8,
        amount,
        requests,
      })
    await call(CALLS / 10)
    const early = await residentMiB(hooks.url)
    await call(CALLS - CALLS / 10)
    const late = await residentMiB(hooks.url)
    return {
      claim: `resident memory after ${CALLS} syncs of ${SERVICES} Services against after ${CALLS / 10}`,
      ratio: late / early,
      limit: { atMost: 1.1 },
      detail: `${late.toFixed(0)} and ${early.toFixed(0)} MiB`,
    }
  } finally {
    await hooks.stop()
  }
}
