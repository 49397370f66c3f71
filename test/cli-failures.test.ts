import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { OLDEST_MINOR, parseResourceName } from '../lib/cli/find-resource.js'
import { graph } from '../lib/cli/graph.js'
import { reconcile } from '../lib/cli/reconcile.js'
import { trace } from '../lib/cli/trace.js'
import { startFakeApi } from './fake/api-server.js'
import { told } from './told.js'
import { running } from './trace-objects.js'

const traced = (name: string, options = {}) =>
  told(write => trace(parseResourceName(name, undefined), options, { format: 'tree', write }, { namespace: 'alustan' }))

t.test('errors are a line each, with their exit code', async t => {
  const api = await startFakeApi(t, [running])
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
      /^alustan: the cluster does not have the kinds of alustan\.io\/v1alpha1; install alustan \('helm install alustan charts\/alustan .*'\), or use another --context\n$/,
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
      'a version that is none',
      'service/web',
      4,
      /^alustan: the cluster does not have the kinds/,
      () => Object.assign(api, { group: { versions: 7 }, version: null }),
    ],
    [
      'a refused login',
      'service/web',
      3,
      /^alustan: the cluster refuses the login \(something is broken\); log in again\n$/,
      () => (api.broken = 401),
    ],
    [
      'a server that has too much to do',
      'service/web',
      2,
      /^alustan: the cluster is busy \(something is broken\); try again in a minute\n$/,
      () => (api.broken = 429),
    ],
    [
      'a server that refuses for a reason of its own',
      'service/web',
      1,
      /^alustan: the cluster refuses the request \(something is broken\); ask those who run it which of its rules that is\n$/,
      () => (api.broken = 422),
    ],
    [
      'a server that leads elsewhere',
      'service/web',
      2,
      /^alustan: the answer to \/apis\/.* is no answer of Kubernetes \(something is broken\); check that the server/,
      () => (api.broken = 302),
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
    const { code, stdout, stderr } = await traced(name)
    t.equal(code, wanted, why)
    t.equal(stdout, '')
    t.match(stderr, message, why)
  }
})

t.test('what answers with success, and not as an API server does, is told so', async t => {
  const api = await startFakeApi(t, [running])
  const wanted = {
    code: 2,
    stdout: '',
    stderr: /^alustan: the answer to \/api.* is no .*; check that the server of this/,
  }
  const bare = { metadata: { name: 'web', namespace: 'team-a' } } // without a spec
  for (const body of ['null', '{}', '[]', '{"items":"x"}', '{"items":[null]}', '', '<html>', JSON.stringify(bare)]) {
    api.foreign = body
    t.match(await traced('service/web'), wanted, `trace: ${body}`)
    const asked = told(write =>
      reconcile({ kind: 'Service', name: 'web' }, {}, { format: 'text', write }, () => new Date()),
    )
    t.match(await asked, wanted, `reconcile: ${body}`)
    t.match(await told(write => graph([], {}, { format: 'mermaid', write })), wanted, `graph: ${body}`)
  }
})

t.test('the oldest Kubernetes is that of the chart', t => {
  const { kubeVersion } = parse(readFileSync('charts/alustan/Chart.yaml', 'utf8')) as { kubeVersion: string }
  t.equal(kubeVersion, `>=1.${OLDEST_MINOR}.0-0`)
  t.end()
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
      const { code, stderr } = await traced('service/web', options)
      t.equal(code, 2)
      t.match(stderr, message)
    }
  }
})
