import assert from 'node:assert/strict'
import { fakePull, startFakeGitHub } from '../fake/github.js'
import { command } from './counted-command.js'
import { type Seen, apply } from './kubectl.js'
import type { Scenario } from './scenario.js'
import { state } from './service-state.js'
import { eventually } from './shell.js'
import { tracedService } from './traced-service.js'

const PREVIEWS = 50
const MAX_REQUESTS = 10
const MAX_MS = 2000

/** Starts a GitHub with as many pull requests; the hooks' environment names it. */
export async function startPullRequests() {
  const pulls = Array.from({ length: PREVIEWS }, (_, index) => fakePull(index + 1))
  const github = await startFakeGitHub({ 'alustan/web-app-demo': pulls })
  return { environment: { GITHUB_API_URL: github.url, PREVIEW_SYNC_INTERVAL: '2s' }, stop: () => github.close() }
}

/** All copies really run, of a chart that has no pods. */
export const previewsStep: Scenario['steps'][number] = [
  `a Service with ${PREVIEWS} previews is traced in ${MAX_MS / 1000} s and ${MAX_REQUESTS} requests`,
  async world => {
    const dependencies = { service: ['web', 'api'], terraform: ['vpc'] }
    const many = await tracedService('many', world, dependencies, { path: 'values-only' })
    const repository = { gitOwner: 'alustan', gitRepo: 'web-app-demo' }
    many.spec.previewEnvironment = { enabled: true, ...repository, maxPreviews: PREVIEWS }
    await apply(many)
    await eventually('all copies run', 300, async () => {
      const { state: is, previews = [] } = await state('many', world)
      const healthy = previews.filter(({ health }: Seen) => health === 'Healthy').length
      if (is === 'Completed' && healthy === PREVIEWS) return true
      throw new Error(`${is}, ${healthy} of ${previews.length} are healthy`)
    })
    // Right after it made them the machine is busy with the copies.
    await eventually('a trace is fast enough', 120, async () => {
      const { told, requests, milliseconds } = await command(world, 'trace', 'service/many')
      console.log(`# ${PREVIEWS} previews: ${milliseconds} ms, ${requests.length} requests`)
      assert.equal(told.match(/Application\/.*pull request #\d+/g)?.length, PREVIEWS)
      assert.ok(requests.length <= MAX_REQUESTS, requests.join('\n'))
      assert.ok(milliseconds < MAX_MS, `${milliseconds} ms`)
      return true
    })
  },
]
