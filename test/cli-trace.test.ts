import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { parse } from 'yaml'
import { parseResourceName } from '../lib/cli/find-resource.js'
import type { Format } from '../lib/cli/output.js'
import { trace } from '../lib/cli/trace.js'
import { startFakeApi } from './fake/api-server.js'
import { told } from './told.js'
import { worlds } from './trace-cases.js'
import { copyOf, preview, progressing, running, well } from './trace-objects.js'
import { applicationSet, service } from './trace-world.js'

const traced = (name: string, format: Format = 'tree') =>
  told(write => trace(parseResourceName(name, undefined), {}, { format, write }, { namespace: 'alustan' }))

t.test('trace', async t => {
  const api = await startFakeApi(t)

  for (const [index, [why, name, objects, forbidden = []]] of worlds.entries()) {
    t.test(why, async t => {
      api.objects = objects
      forbidden.forEach(plural => api.forbidden.add(plural))
      api.requests.length = 0
      const { code, stdout, stderr } = await traced(name)
      api.forbidden.clear()
      t.equal(stderr, '')
      t.equal(code, 0)
      t.notMatch(stdout, 'never-shown', 'no value of a Secret')
      t.ok(api.requests.length <= 10, `${api.requests.length} requests`)
      const file = `test/fixtures/traces/${String(index + 1).padStart(2, '0')}.txt`
      const text = `# ${why}\n${stdout}`
      if (process.env.GOLDEN) writeFileSync(file, text)
      t.equal(text, readFileSync(file, 'utf8'))
    })
  }

  t.test('as a table it has a row for each thing on the way, and the same sentence', async t => {
    api.objects = [running, ...well]
    t.equal(
      (await traced('service/web', 'table')).stdout,
      `RESOURCE              STATE            MESSAGE
Service/web           Completed        namespace team-a
workspace 'staging'
Secret/staging                         namespace alustan; keys: CLUSTER_NAME, DB_NAME
image a/web:1.1.3
ApplicationSet/web
Application/web       Synced Healthy   namespace team-a
Pod/frontend-77c-a    Running          ready

Waits for nothing: it runs as asked.
`,
    )
  })

  t.test('fifty previews take no more requests than one, and secrets are asked for without their values', async t => {
    const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
    api.objects = [
      service('web', {
        spec: { dependencies: { service: ['a', 'b', 'c'], terraform: ['d', 'e'] } },
        status: {
          state: 'Completed',
          message: 'synced and healthy',
          previews: numbers.map(number =>
            number % 2 === 0 ? copyOf(number, 'failed', 'is Degraded') : copyOf(number),
          ),
        },
      }),
      ...well,
      applicationSet('web-preview'),
      ...numbers.map(number => preview(number, number % 2 === 0 ? 'Degraded' : 'Healthy')),
    ]
    const { stdout } = await traced('service/web', 'json')
    const { requests, tree, next } = JSON.parse(stdout)
    t.equal(requests, 9)
    t.equal(tree.children.at(-1).children.length, 50)
    t.match(next, /^Runs as asked, but 25 of 50 previews do not yet: /)
    t.match(parse((await traced('service/web', 'yaml')).stdout), { requests, next })
    t.notMatch(JSON.stringify(tree), 'never-shown')
  })
})

t.test('a trace that is watched shows each change, and when it is interrupted its proxy ends with it', async t => {
  const api = await startFakeApi(t, [progressing, ...well])
  const rows: [signal: NodeJS.Signals, code: number, format: Format, first: RegExp, then: RegExp[]][] = [
    ['SIGINT', 130, 'tree', /^Service\/web {2}Progressing/, [/^$/, /^Service\/web {2}Completed/]],
    // Each look is a document.
    ['SIGTERM', 143, 'yaml', /^ {2}state: Progressing/, [/^---$/, /^ {2}state: Completed/]],
  ]
  for (const [signal, wanted, format, first, then] of rows) {
    api.objects = [progressing, ...well]
    const child = spawn(process.execPath, ['dist/lib/cli/main.js', 'trace', 'service/web', '--watch', '-o', format])
    const ended = once(child, 'exit')
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const shows = async (line: RegExp) => {
      for (let next = await lines.next(); !next.done; next = await lines.next()) if (line.test(next.value)) return
      t.fail(`ended without ${String(line)}`)
    }
    await shows(first)
    api.objects = [running, ...well]
    for (const line of then) await shows(line)
    child.kill(signal)
    t.same(await ended, [wanted, null])
    while (api.hasProxy()) await sleep(50)
    t.pass('the proxy ended')
  }
})
