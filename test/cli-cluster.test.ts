import { writeFileSync } from 'node:fs'
import t from 'tap'
import type { ResourceName } from '../lib/cli/find-resource.js'
import { graph } from '../lib/cli/graph.js'
import { nearNames } from '../lib/cli/near-names.js'
import type { Format } from '../lib/cli/output.js'
import { reconcile } from '../lib/cli/reconcile.js'
import { startFakeApi } from './fake/api-server.js'
import { told } from './told.js'
import { blocked, running } from './trace-objects.js'
import { service, terraform } from './trace-world.js'

t.test('reconcile sets the annotation and says what that does', async t => {
  const api = await startFakeApi(t, [running, terraform('vpc')])
  const at = new Date('2026-01-02T03:04:05.678Z')
  const ask = (name: ResourceName, format: Format = 'text') =>
    told(write => reconcile(name, {}, { format, write }, () => at))
  const { code, stdout } = await ask({ kind: 'Terraform', name: 'vpc' })
  t.equal(code, 0)
  t.match(
    stdout,
    /^terraform\/vpc: requested at 2026-01-02T03:04:05\.678Z: the registry is asked .* its deploy script runs again.*\nFollow it: alustan trace/,
  )
  t.equal(api.objects[1]!.metadata.annotations?.['alustan.io/requestedAt'], '2026-01-02T03:04:05.678Z')
  t.match(JSON.parse((await ask({ kind: 'Service', name: 'web' }, 'json')).stdout), {
    name: 'web',
    namespace: 'team-a',
  })
  t.equal(
    (await ask({ kind: 'Terraform', name: 'vpc' }, 'table')).stdout,
    ['KIND        NAMESPACE   NAME   REQUESTED AT', 'Terraform   team-a      vpc    2026-01-02T03:04:05.678Z\n'].join(
      '\n',
    ),
  )
  const [, file = ''] = process.argv
  t.teardown(() => (process.argv[1] = file))
  process.argv[1] = '/usr/local/bin/kubectl-alustan'
  const asPlugin = await ask({ kind: 'Terraform', name: 'vpc' })
  t.match(asPlugin.stdout, /\nFollow it: kubectl alustan trace terraform\/vpc -n team-a --watch\n$/)
  t.match(await ask({ kind: 'Service', name: 'wed' }), { code: 4, stderr: /did you mean 'web'/ })
})

t.test('graph', async t => {
  const drawn = (files: string[], format: Format) => told(write => graph(files, {}, { format, write }))
  const api = await startFakeApi(t)
  api.objects = [
    blocked,
    service('api', { spec: { dependencies: { service: ['db'] } }, status: { state: 'Blocked' } }),
    service('db', { spec: { dependencies: { service: ['api'] } } }),
    terraform('vpc', { status: { state: 'Completed' } }),
  ]

  t.test('of a live namespace is Mermaid, with states, what waits and what goes round', async t => {
    const { stdout } = await drawn([], 'mermaid')
    t.equal(
      stdout,
      `flowchart LR
  n0["Service/api<br/>Blocked"]:::blocked
  n1["Service/db"]
  n2["Service/web<br/>Blocked"]:::blocked
  n3["Terraform/vpc<br/>Completed"]:::completed
  n0 -->|cycle| n1
  n1 -->|cycle| n0
  n2 -.->|waits| n0
  n2 --> n3
  classDef blocked fill:#fbe0a8,stroke:#444,color:#111
  classDef completed fill:#b7e1c0,stroke:#444,color:#111
  linkStyle 0 stroke:#b3261e,stroke-width:3px
  linkStyle 1 stroke:#b3261e,stroke-width:3px
  linkStyle 2 stroke:#b26a00,stroke-dasharray:4
`,
    )
  })

  t.test('as a table it has a row for each dependency, and for what has none', async t => {
    const { stdout } = await drawn([], 'table')
    t.equal(
      stdout,
      `RESOURCE        STATE       DEPENDS ON      ITS STATE   NOTE
Service/api     Blocked     Service/db                  cycle
Service/db                  Service/api     Blocked     cycle
Service/web     Blocked     Service/api     Blocked     waits
Service/web     Blocked     Terraform/vpc   Completed
Terraform/vpc   Completed
`,
    )
  })

  t.test('as SVG it is drawn here, with nothing from elsewhere', async t => {
    const { stdout, stderr } = await drawn([], 'svg')
    t.equal(stderr, '')
    t.match(stdout, /<svg[\s\S]*Service\/api[\s\S]*Blocked[\s\S]*cycle[\s\S]*<\/svg>/)
    t.notMatch(stdout, /@import|<script|href="http/)
  })

  t.test('of files; what is named and not there is marked', async t => {
    const file = `${t.testdir({})}/a.yaml`
    const odd = { ...service('q"[x]', { spec: { dependencies: { service: ['gone'] } } }) }
    writeFileSync(file, JSON.stringify({ ...odd, metadata: { name: 'shop', namespace: 'a' } }))
    t.match(JSON.parse((await drawn([file], 'json')).stdout), {
      nodes: [{ label: 'Service/gone', state: 'missing' }, { label: 'Service/shop' }],
      edges: [{ from: 'a/Service/shop', to: 'a/Service/gone', isBlocked: true, isCycle: false }],
    })
    t.match(
      (await drawn(['examples'], 'dot')).stdout,
      /"default\/Service\/web-service" -> "default\/Service\/api-service"/,
    )
  })

  t.test('an empty namespace, and a chain of thousands', async t => {
    api.objects = []
    t.match(await drawn([], 'mermaid'), {
      code: 4,
      stderr: /^alustan: namespace 'team-a' has no Service or Terraform; /,
    })
    api.objects = Array.from({ length: 5000 }, (_, index) =>
      service(`s${index}`, { spec: { dependencies: { service: [`s${(index + 1) % 5000}`] } } }),
    )
    const { edges } = JSON.parse((await drawn([], 'json')).stdout)
    t.ok(
      edges.every(({ isCycle }: { isCycle: boolean }) => isCycle),
      'one circle of 5,000',
    )
  })
})

t.test('names that are near', t => {
  const names = ['api-service', 'web-service', 'web-service-eu', 'db']
  t.same(nearNames('web-servcie', names), ['web-service'])
  t.same(nearNames('web-s', names), ['web-service', 'web-service-eu'])
  t.same(nearNames('nothing-like-it', names), [])
  t.end()
})
