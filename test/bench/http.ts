import autocannon from 'autocannon'
import { settledBody } from './body.js'
import { startServer } from './processes.js'
import { type Measurement, median } from './report.js'
import { settledTerraform } from './terraform-body.js'

/** Long enough for the compiler to have seen what is called often: a server runs for weeks. */
const WARM_UP_SECONDS = 3

/** What one short burst showed. */
interface Burst {
  /** Requests per second. */
  readonly rate: number
  /** Bytes of answers per second. */
  readonly bytes: number
  /** 99th percentile of latency, in ms. */
  readonly p99: number
}

async function burst(url: string, body: string, seconds: number): Promise<Burst> {
  const result = await autocannon({
    url,
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
    connections: 32,
    duration: seconds,
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refusals, ${result.errors} errors`)
  return { rate: result.requests.average, bytes: result.throughput.average, p99: result.latency.p99 }
}

export interface Pair {
  readonly claim: string
  readonly a: { url: string; body: string }
  readonly b: { url: string; body: string }
  readonly atLeast: number
  /** What is compared; requests per second when left out. */
  readonly by?: 'rate' | 'bytes'
}

/** Measures a and b in turn, round by round, so that a change of the machine's pace meets both. */
export async function compare(
  { claim, a, b, atLeast, by = 'rate' }: Pair,
  rounds: number,
  seconds: number,
): Promise<Measurement> {
  const ratios: number[] = []
  const rates: [number, number][] = []
  await burst(a.url, a.body, WARM_UP_SECONDS)
  await burst(b.url, b.body, WARM_UP_SECONDS)
  for (let round = 0; round < rounds; round++) {
    const first = await burst(a.url, a.body, seconds)
    const second = await burst(b.url, b.body, seconds)
    ratios.push(first[by] / second[by])
    rates.push([first.rate, second.rate])
  }
  const [rateA, rateB] = [median(rates.map(([rate]) => rate)), median(rates.map(([, rate]) => rate))]
  return {
    claim,
    ratio: median(ratios),
    limit: { atLeast },
    detail: `${Math.round(rateA)} and ${Math.round(rateB)} requests/s`,
  }
}

/** The hooks against a bare `node:http` echo, and `customize` against `sync`. */
export async function httpMeasurements(registryURL: string, rounds: number, seconds: number): Promise<Measurement[]> {
  const hooks = await startServer('dist/hooks/server.js', '/readyz', { DOCKER_REGISTRY_URL: registryURL })
  const echo = await startServer('dist/test/bench/echo.js', '/')
  try {
    const small = await settledBody(hooks.url, 'api-service', 'bench/image-0', 10 * 1024)
    const large = await settledBody(hooks.url, 'api-service', 'bench/image-0', 100 * 1024)
    const terraform = await settledTerraform(hooks.url, 'staging-cluster', 'bench/image-0', 10 * 1024)
    const sync = `${hooks.url}/services/sync`
    const pairs: Pair[] = [
      {
        claim: '/services/sync, 10 KiB, against a bare echo',
        a: { url: sync, body: small },
        b: { url: echo.url, body: small },
        atLeast: 0.6,
      },
      {
        claim: '/services/sync, 100 KiB, against a bare echo',
        a: { url: sync, body: large },
        b: { url: echo.url, body: large },
        atLeast: 0.75,
      },
      {
        claim: '/terraforms/sync, 10 KiB, against a bare echo',
        a: { url: `${hooks.url}/terraforms/sync`, body: terraform },
        b: { url: echo.url, body: terraform },
        atLeast: 0.6,
      },
      {
        claim: '/services/customize against /services/sync',
        a: { url: `${hooks.url}/services/customize`, body: customizeBody(small) },
        b: { url: sync, body: small },
        atLeast: 2,
      },
    ]
    const measurements: Measurement[] = []
    for (const pair of pairs) measurements.push(await compare(pair, rounds, seconds))
    return measurements
  } finally {
    await hooks.stop()
    await echo.stop()
  }
}

/** What Metacontroller sends to `customize` for the same parent. */
function customizeBody(syncBody: string): string {
  const { controller, parent } = JSON.parse(syncBody) as Record<string, unknown>
  return JSON.stringify({ controller, parent })
}

/** The 99th percentile of `sync` while the registry takes connections and says nothing, against its healthy one. */
export async function outageMeasurement(
  registry: { url: string; blackHole(isOn: boolean): void },
  rounds: number,
  seconds: number,
): Promise<Measurement> {
  const hooks = await startServer('dist/hooks/server.js', '/readyz', {
    DOCKER_REGISTRY_URL: registry.url,
    APP_SYNC_INTERVAL: '1s',
  })
  try {
    const body = await settledBody(hooks.url, 'api-service', 'bench/image-0', 10 * 1024)
    const sync = `${hooks.url}/services/sync`
    await burst(sync, body, 1)
    const seen: { healthy: number; outage: number }[] = []
    for (let round = 0; round < rounds; round++) {
      registry.blackHole(false)
      const healthy = (await burst(sync, body, seconds)).p99
      registry.blackHole(true)
      const outage = (await burst(sync, body, seconds)).p99
      seen.push({ healthy, outage })
    }
    registry.blackHole(false)
    const healthy = median(seen.map(round => round.healthy))
    const outage = median(seen.map(round => round.outage))
    return {
      claim: 'p99 of sync with a black-holed registry against its healthy p99',
      // Whole milliseconds are what is measured: one more than a small number is no difference.
      ratio: Math.max(outage, 1) / Math.max(healthy, 1),
      limit: { atMost: 1.2 },
      detail: `${outage} and ${healthy} ms`,
    }
  } finally {
    await hooks.stop()
  }
}
