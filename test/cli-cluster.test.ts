import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { parse } from 'yaml'
import type { Shell } from '../lib/cli/completion.js'
import { completionScript } from '../lib/cli/completion.js'
import { type ResourceName, parseResourceName } from '../lib/cli/find-resource.js'
import { graph } from '../lib/cli/graph.js'
import { nearNames } from '../lib/cli/near-names.js'
import type { Format } from '../lib/cli/output.js'
import { buildProgram } from '../lib/cli/program.js'
import { reconcile } from '../lib/cli/reconcile.js'
import { trace } from '../lib/cli/trace.js'
import type { ApiObject } from '../lib/engine/cluster.js'
import { startFakeApi } from './fake/api-server.js'
import { alustan } from './run-cli.js'
import { told } from './told.js'
import { application, applicationSet, deployment, job, pod, secret, service, terraform } from './trace-world.js'

const traced = (name: string, format: Format = 'tree', options = {}) =>
  told(write => trace(parseResourceName(name, undefined), options, { format, write }, { namespace: 'alustan' }))

const workspace = secret('staging', { CLUSTER_NAME: 'in-cluster', DB_NAME: 'never-shown' })
const blockedBy = [{ kind: 'Service', name: 'api', reason: 'is Blocked', waitsFor: ['Terraform/vpc'] }]
const blocked = service('web', {
  spec: { dependencies: { service: ['api'], terraform: ['vpc'] } },
  status: {
    state: 'Blocked',
    message: 'waits for Service/api, which is Blocked',
    blockedBy,
    conditions: [
      { type: 'ImageResolved', status: 'True', message: "web:1.1.3 is the highest tag that satisfies '~1.1'" },
    ],
  },
})
const running = service('web', { status: { state: 'Completed', message: 'synced and healthy', image: 'a/web:1.1.3' } })
const progressing = service('web', {
  status: { state: 'Progressing', message: "Application 'web' is Synced and Progressing", image: 'a/web:1.1.3' },
})
const well = [
  workspace,
  applicationSet('web'),
  application('web', { resources: [deployment('frontend')] }),
  pod('frontend-77c-a', { owner: 'ReplicaSet/frontend-77c', hash: '77c' }),
  pod('other-5d-b', { owner: 'ReplicaSet/other-5d', hash: '5d', waiting: 'CrashLoopBackOff' }),
]
const preview = (number: number, health = 'Healthy') =>
  application(`preview-web-${number}`, {
    set: 'web-preview',
    health,
    namespace: `preview-web-${number}`,
    resources: [deployment('frontend', `preview-web-${number}`)],
    labels: { 'alustan.io/preview': String(number) },
  })
/** What a status says of the copy of a pull request; without a reason it is up. */
const copyOf = (number: number, reason?: string, message?: string) => ({
  number,
  branch: `branch-${number}`,
  sha: 'a'.repeat(40),
  urls: [],
  ...(reason === 'maxPreviews' || reason === 'waitingForImage' ? {} : { namespace: `preview-web-${number}` }),
  ...(reason !== undefined && { reason, message }),
})
const withPreviews = (previews: object[], conditions: object[] = []) =>
  service('web', {
    status: { state: 'Completed', message: 'synced and healthy', image: 'a/web:1.1.3', previews, conditions },
  })
const infrastructure = (status: object, spec = {}) => terraform('vpc', { status, spec })

/** Each is a whole tree in test/fixtures/traces, written anew with GOLDEN=1. */
const worlds: [why: string, name: string, objects: ApiObject[], forbidden?: string[]][] = [
  ['a Service that runs: from its workspace to its own pods, none of a neighbour', 'service/web', [running, ...well]],
  [
    'a Service that is blocked: dependencies with their state, and where the chain ends',
    'service/web',
    [blocked, workspace, service('api', { status: { state: 'Blocked', message: 'waits for Terraform/vpc' } })],
  ],
  ['a Service that nobody looked at: what may be wrong with the installation', 'service/web', [service('web')]],
  [
    'a Service that was changed and not looked at since',
    'service/web',
    [service('web', { generation: 3, status: { state: 'Completed', message: 'synced and healthy' } }), ...well],
  ],
  [
    'a Service whose workspace lacks a value: the key is named, values are not',
    'service/web',
    [
      service('web', {
        spec: { source: { repoURL: 'x', values: { a: '${workspace.DB_NAME} ${workspace.DB_USER}' } } },
        status: { state: 'Error', message: "workspace 'staging' has no 'DB_USER': annotate its Secret" },
      }),
      workspace,
    ],
  ],
  ['a Service without Secret of its workspace', 'service/web', [running]],
  ['a Service whose workspace has two Secrets', 'service/web', [running, workspace, secret('twin', {})]],
  [
    'a Service whose pod cannot pull its image: the pod, the reason and the cure',
    'service/web',
    [
      progressing,
      workspace,
      applicationSet('web'),
      application('web', { health: 'Progressing', resources: [deployment('frontend')] }),
      pod('frontend-77c-a', { owner: 'ReplicaSet/frontend-77c', hash: '77c', waiting: 'ImagePullBackOff' }),
    ],
  ],
  [
    'a Service that Argo CD refuses',
    'service/web',
    [
      service('web', { status: { state: 'Failed', message: 'Argo CD refuses the ApplicationSet: no such cluster' } }),
      workspace,
      applicationSet('web', [{ type: 'ErrorOccurred', status: 'True', reason: 'x', message: 'no such cluster' }]),
    ],
  ],
  [
    'a Service with previews: those that are not well are named',
    'service/web',
    [
      withPreviews([copyOf(9, 'failed', 'is Degraded'), copyOf(7)]),
      ...well,
      applicationSet('web-preview'),
      preview(7),
      preview(9, 'Degraded'),
      pod('frontend-1-x', {
        namespace: 'preview-web-9',
        owner: 'ReplicaSet/frontend-1',
        hash: '1',
        waiting: 'CrashLoopBackOff',
      }),
    ],
  ],
  [
    'a Service on another cluster: its pods are not seen from here',
    'service/web',
    [running, workspace, applicationSet('web'), application('web', { cluster: 'eu-1' })],
  ],
  [
    'a Service that is suspended',
    'service/web',
    [service('web', { spec: { suspend: true }, status: { state: 'Completed', message: 'suspended' } }), ...well],
  ],
  [
    'a Service that is being deleted and still needed',
    'service/web',
    [
      service('web', {
        deletionTimestamp: '2026-01-01T00:00:00Z',
        status: {
          state: 'Blocked',
          message: 'is being deleted; waits for Service/shop, which still runs and depends on this',
          blockedBy: [{ kind: 'Service', name: 'shop', reason: 'still runs and depends on this' }],
        },
      }),
      ...well,
    ],
  ],
  [
    'a Service in a cycle: waiting is useless',
    'service/web',
    [
      service('web', {
        spec: { dependencies: { service: ['web2'] } },
        status: {
          state: 'Blocked',
          message: 'dependency cycle Service/web → Service/web2 → Service/web: none of these can start; remove one',
          blockedBy: [{ kind: 'Service', name: 'web2', reason: 'is Blocked' }],
          conditions: [{ type: 'Stalled', status: 'True', reason: 'DependencyCycle', message: 'cycle' }],
        },
      }),
      workspace,
    ],
  ],
  ['what the login may not see is said, and the rest is shown', 'service/web', [running, ...well], ['secrets', 'pods']],
  [
    'a Terraform that is deployed: its runs, the newest first, its outputs and its pull Secret',
    'terraform/vpc',
    [
      infrastructure({ state: 'Completed', message: 'deployed, and its outputs are kept', image: 'a/infra:1.0.1' }),
      job('vpc-deploy-1', { createdAt: '2026-01-01T00:00:00Z', outcome: 'Complete' }),
      job('vpc-postdeploy-2', { createdAt: '2026-01-01T01:00:00Z', outcome: 'Complete', step: 'postdeploy' }),
      pod('vpc-deploy-1-x', { job: 'vpc-deploy-1', phase: 'Succeeded' }),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'vpc-output', namespace: 'team-a' },
        data: { a: 'never-shown' },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'vpc-registry', namespace: 'team-a' },
        data: { a: 'never-shown' },
      },
    ],
  ],
  [
    'a Terraform whose run does not start',
    'terraform/vpc',
    [
      infrastructure({ state: 'Progressing', message: "deploy run 'vpc-deploy-1' starts", image: 'a/infra:1.0.1' }),
      job('vpc-deploy-1', { createdAt: '2026-01-01T00:00:00Z' }),
      pod('vpc-deploy-1-x', { job: 'vpc-deploy-1', waiting: 'ErrImagePull', phase: 'Pending' }),
    ],
  ],
  [
    'a Terraform whose script failed: its message says which log to read',
    'terraform/vpc',
    [
      infrastructure({ state: 'Failed', message: "deploy run 'vpc-deploy-1' failed (exit code 3); see: kubectl logs" }),
      job('vpc-deploy-1', { createdAt: '2026-01-01T00:00:00Z', outcome: 'Failed' }),
      pod('vpc-deploy-1-x', { job: 'vpc-deploy-1', phase: 'Failed', exitCode: 3 }),
    ],
  ],
  [
    'a Terraform that waits for another that does not exist',
    'terraform/vpc',
    [
      infrastructure(
        {
          state: 'Progressing',
          message: 'waits for Terraform/dns, which does not exist',
          blockedBy: [{ kind: 'Terraform', name: 'dns', reason: 'does not exist' }],
        },
        { dependencies: { terraform: ['dns'] } },
      ),
    ],
  ],
  [
    'a Service with pull requests that have no copy, or not the newest: why',
    'service/web',
    [
      withPreviews([
        copyOf(14, 'waitingForImage', 'waits for a/web:pr-14 in the registry'),
        copyOf(9, 'progressing', 'waits for Argo CD to create it'),
        { ...copyOf(7, 'waitingForImage', 'waits for a/web:pr-7; runs 1.1.3 until then'), namespace: 'preview-web-7' },
        copyOf(3, 'maxPreviews', 'newer pull requests have all the copies'),
      ]),
      ...well,
      applicationSet('web-preview'),
      preview(7),
    ],
  ],
  [
    'a Service whose pull requests cannot be listed: GitHub, and the cure',
    'service/web',
    [
      withPreviews(
        [copyOf(7)],
        [{ type: 'PullRequestsListed', status: 'False', message: "GitHub 'api.github.com' refuses the token" }],
      ),
      ...well,
      applicationSet('web-preview'),
      preview(7),
    ],
  ],
]

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

  t.test('errors are a line each, with their exit code', async t => {
    api.objects = [running]
    const rows: [why: string, name: string, code: number, message: RegExp, change?: () => void][] = [
      [
        'a slip',
        'service/wbe',
        4,
        /^alustan: Service 'wbe' does not exist in namespace 'team-a'; did you mean 'web'\?\n$/,
      ],
      [
        'nothing near',
        'service/payment',
        4,
        /'payment' does not exist .*; see 'kubectl -n team-a get services\.alustan\.io'\n$/,
      ],
      [
        'none at all',
        'atf/vpc',
        4,
        /^alustan: Terraform 'vpc' does not exist .*; there is none in it; name another one with -n\n$/,
      ],
      ['no kind', 'pod/x', 1, /^alustan: 'pod\/x' is no KIND\/NAME; write service\/NAME or terraform\/NAME\n$/],
      ['no name', 'service', 1, /^alustan: 'service' is no KIND\/NAME/],
      [
        'a login that may not',
        'service/web',
        3,
        /^alustan: services is forbidden: User "dev" cannot list .*; ask for that permission, or use another --context\n$/,
        () => api.forbidden.add('services'),
      ],
      [
        'kinds that are not installed',
        'service/web',
        4,
        /^alustan: the cluster does not have the kinds of alustan\.io\/v1alpha1; install them: 'kubectl apply/,
        () => api.absent.add('services'),
      ],
      [
        'kinds of another version',
        'service/web',
        4,
        /^alustan: the cluster serves alustan\.io\/v2 and not alustan\.io\/v1alpha1; install the kinds of this version/,
        () => (api.group = { versions: [{ groupVersion: 'alustan.io/v2' }] }),
      ],
      [
        'a server that is too old',
        'service/web',
        2,
        /^alustan: the cluster is Kubernetes 1\.24; alustan needs 1\.29 or newer: upgrade it, or use another --context\n$/,
        () => ([api.group, api.version] = [undefined, { major: '1', minor: '24+' }]),
      ],
      [
        'a refused login',
        'service/web',
        3,
        /^alustan: the cluster refuses the login \(something is broken\); log in again\n$/,
        () => (api.broken = 401),
      ],
      [
        'a server that is down',
        'service/web',
        2,
        /^alustan: the cluster does not answer \(something is broken\); is it up/,
        () => (api.broken = 502),
      ],
    ]
    for (const [why, name, wanted, message, change] of rows) {
      change?.()
      const { code, stdout, stderr } = await told(write =>
        trace(parseResourceName(name, undefined), {}, { format: 'tree', write }, { namespace: 'alustan' }),
      )
      t.equal(code, wanted, why)
      t.equal(stdout, '')
      t.match(stderr, message, why)
    }
  })
})

t.test('without kubectl, or without a cluster that it knows, a line says what to do', async t => {
  const { PATH } = process.env
  const folder = t.testdir({
    none: {},
    lost: { kubectl: '#!/bin/sh\necho "error: current-context must exist" >&2\nexit 1\n' },
  })
  execFileSync('chmod', ['+x', `${folder}/lost/kubectl`])
  t.teardown(() => (process.env.PATH = PATH))
  const rows: [path: string, message: RegExp][] = [
    [`${folder}/none`, /^alustan: kubectl is not on PATH; install it: the cluster is reached through it/],
    [
      `${folder}/lost:${PATH ?? ''}`,
      /^alustan: kubectl knows no cluster \(current-context must exist\); set KUBECONFIG, or/,
    ],
  ]
  for (const [path, message] of rows) {
    process.env.PATH = path
    for (const options of [{}, { namespace: 'team-a' }]) {
      const { code, stderr } = await traced('service/web', 'tree', options)
      t.equal(code, 2)
      t.match(stderr, message)
    }
  }
})

t.test('a trace that is watched shows each change, and when it is interrupted its proxy ends with it', async t => {
  const api = await startFakeApi(t, [progressing, ...well])
  for (const [signal, wanted] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    api.objects = [progressing, ...well]
    const child = spawn(process.execPath, ['dist/lib/cli/main.js', 'trace', 'service/web', '--watch'])
    const ended = once(child, 'exit')
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const shows = async (line: RegExp) => {
      for (let next = await lines.next(); !next.done; next = await lines.next()) if (line.test(next.value)) return
      t.fail(`ended without ${String(line)}`)
    }
    await shows(/^Service\/web {2}Progressing/)
    api.objects = [running, ...well]
    await shows(/^Service\/web {2}Completed/)
    child.kill(signal)
    t.same(await ended, [wanted, null])
    for (let look = 0; api.hasProxy() && look < 100; look++) await sleep(50)
    t.notOk(api.hasProxy())
  }
})

t.test('reconcile sets the annotation and says what that does', async t => {
  const api = await startFakeApi(t, [running, terraform('vpc')])
  const at = new Date('2026-01-02T03:04:05.678Z')
  const ask = (name: ResourceName, format: Format = 'text') =>
    told(write => reconcile(name, {}, { format, write }, () => at))
  const { code, stdout } = await ask({ kind: 'Terraform', name: 'vpc' })
  t.equal(code, 0)
  t.match(
    stdout,
    /^terraform\/vpc: requested at 2026-01-02T03:04:05\.678Z: its deploy script runs again.*\nFollow it: alustan trace/,
  )
  t.equal(api.objects[1]!.metadata.annotations?.['alustan.io/requestedAt'], '2026-01-02T03:04:05.678Z')
  t.match(JSON.parse((await ask({ kind: 'Service', name: 'web' }, 'json')).stdout), {
    name: 'web',
    namespace: 'team-a',
  })
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

t.test('the shells take their completion scripts, which know every command and option', async t => {
  for (const shell of ['bash', 'zsh', 'fish'] satisfies Shell[]) {
    const script = completionScript(buildProgram('alustan'), shell)
    for (const word of [
      'trace',
      'graph',
      'reconcile',
      'scan',
      'render',
      'simulate',
      'completion',
      'constraint',
      'mermaid',
    ]) {
      t.match(script, word, `${shell}: ${word}`)
    }
  }
  const script = completionScript(buildProgram('alustan'), 'bash')
  const complete = (words: string) =>
    execFileSync(
      'bash',
      [
        '-c',
        `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _alustan; echo "\${COMPREPLY[@]}"`,
      ],
      { encoding: 'utf8' },
    )
  t.equal(complete('alustan tr'), 'trace\n')
  t.equal(complete('alustan scan --con'), '--constraint\n')
  t.equal(complete('alustan graph -o s'), 'svg\n')
  t.equal(complete('alustan completion z'), 'zsh\n')
})

t.test('it works as a plugin of kubectl, under that name', async t => {
  const folder = t.testdir({})
  mkdirSync(`${folder}/bin`)
  symlinkSync(`${process.cwd()}/dist/lib/cli/main.js`, `${folder}/bin/kubectl-alustan`)
  const help = execFileSync(process.execPath, [`${folder}/bin/kubectl-alustan`, 'trace', '--help'], {
    encoding: 'utf8',
  })
  t.match(help, /^Usage: kubectl alustan trace \[options\] <kind\/name> \[name\]/)
  t.match(help, /Examples:\n {2}kubectl alustan trace service\/web-service/)
  t.match(await alustan(['trace', 'service/web', '-o', 'table']), {
    code: 1,
    stderr: /^alustan: option '-o, --output <format>'/,
  })
})
