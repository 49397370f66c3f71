import { readFileSync } from 'node:fs'
import t from 'tap'
import { startEngine } from '../lib/engine/engine.js'
import { memoryCluster } from '../lib/engine/memory-cluster.js'
import { virtualTimers } from '../lib/engine/timers.js'
import { recording, type Call, type Recording } from './engine-recording.js'
import { answer, controller, NOTES, STEPS, STORIES } from './engine-story.js'

/** Plays the story on the engine over a cluster in memory. */
async function play(applyStrategy: 'dynamic-apply' | 'server-side-apply'): Promise<Record<string, Call[]>> {
  const timers = virtualTimers()
  const cluster = memoryCluster({ now: timers.now, stepped: true, resources: [STORIES, NOTES] })
  const manifest = controller('http://127.0.0.1:1')
  const steps: Record<string, Call[]> = {}
  let calls: Call[] = []
  const engine = await startEngine({
    cluster,
    controllers: [{ ...manifest, metadata: { ...manifest.metadata, ...stored } }],
    timers,
    workers: 0,
    applyStrategy,
    onFailure: ({ message }) => t.fail(message),
    callHook: async (url, sent) => {
      const hook = new URL(url).pathname.slice(1)
      const request = JSON.parse(JSON.stringify(sent)) as Parameters<typeof answer>[1]
      calls.push({ hook, request })
      return { status: 200, headers: {}, body: JSON.stringify(answer(hook, request)) }
    },
  })
  for (const [name, act] of STEPS) {
    steps[name] = calls = []
    await act(cluster)
    while (cluster.deliver() || (await engine.syncNext()) || cluster.collectGarbage() || !engine.isIdle());
  }
  engine.stop()
  return steps
}

/** The controller as the API server returns it. */
const stored = {
  uid: '00000000-0000-4000-8000-0000000000cc',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
}

for (const strategy of ['dynamic-apply', 'server-side-apply'] as const) {
  t.test(`under ${strategy} the engine sends what Metacontroller sent`, async t => {
    const file = `test/fixtures/metacontroller/${strategy}.json`
    const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recording
    const played = recording(await play(strategy))
    t.same(played.controller, recorded.controller, 'the controller')
    for (const [name] of STEPS) {
      t.same(essence(played.steps[name]!), essence(recorded.steps[name]!), name)
    }
  })
}

/**
 * What does not depend on how fast events arrive: every `customize`, and the first and the last of the other requests.
 */
function essence(calls: readonly Call[]): unknown {
  const others = calls.filter(({ hook }) => hook !== 'customize')
  return { customize: calls.filter(({ hook }) => hook === 'customize'), first: others[0], last: others.at(-1) }
}
