import { addRepository, fakePull, startFakeGitHub } from '../fake/github.js'
import { settledBody } from './body.js'
import { compare } from './http.js'
import { startServer } from './processes.js'
import type { Measurement } from './report.js'

const PREVIEWS = 50

/** A Service with 50 copies of pull requests against the same without, by bytes of answers per second. */
export async function previewMeasurement(registryURL: string, rounds: number, seconds: number): Promise<Measurement> {
  const gitHub = await startFakeGitHub()
  addRepository(
    gitHub,
    'bench/app',
    Array.from({ length: PREVIEWS }, (_, index) => fakePull(index + 1)),
  )
  const hooks = await startServer('dist/hooks/server.js', '/readyz', {
    DOCKER_REGISTRY_URL: registryURL,
    GITHUB_API_URL: gitHub.url,
  })
  try {
    const url = `${hooks.url}/services/sync`
    const environment = { enabled: true, gitOwner: 'bench', gitRepo: 'app', maxPreviews: PREVIEWS }
    const none = await settledBody(hooks.url, 'api-service', 'bench/image-0', 10 * 1024)
    const many = await settledBody(hooks.url, 'api-service', 'bench/image-0', 10 * 1024, environment)
    const claim = `/services/sync with ${PREVIEWS} previews against one with none, bytes of answers`
    const pair = { claim, a: { url, body: many }, b: { url, body: none }, atLeast: 0.5, by: 'bytes' } as const
    return await compare(pair, rounds, seconds)
  } finally {
    await hooks.stop()
    await gitHub.close()
  }
}
