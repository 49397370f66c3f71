import { execFileSync, spawn } from 'node:child_process'
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

const traced = (name: string, format: Format = 'tree', options = {}) =>
  told(write => trace(parseResourceName(name, undefined), options, { format, write }, { namespace: 'alustan' }))

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
        /^alustan: the cluster is Kubernetes 1\.24; alustan needs 1\.30 or newer: upgrade it, or use another --context\n$/,
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
    while (api.hasProxy()) await sleep(50)
    t.pass('the proxy ended')
  }
})
