import { createServer } from 'node:http'
import fc from 'fast-check'
import t from 'tap'
import { kubernetesApi, apiURL, type Pod } from '../lib/kubernetes/api.js'
import { podReport } from '../lib/kubernetes/pod-report.js'
import { blindRunReader, createRunReader } from '../lib/kubernetes/run-reader.js'
import { pullConfig } from '../lib/registry/pull-config.js'
import { escapeExpansion, parseCommand, postDeployCommand } from '../lib/terraform/command.js'
import { wantedRuns } from '../lib/terraform/input.js'
import { MAX_OUTPUT_BYTES, parseOutput } from '../lib/terraform/output.js'
import { readTerraform } from '../lib/terraform/situation.js'
import { TerraformSpec } from '../lib/terraform/spec.js'
import { close, listen } from './fake/listen.js'

const spec = (more: object = {}) =>
  TerraformSpec.parse({
    scripts: { deploy: 'deploy' },
    containerRegistry: { provider: 'docker', imageName: 'a/b' },
    ...more,
  })
const parent = (name = 'staging', annotations = {}) => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Terraform',
  metadata: { name, namespace: 'team', uid: 'u', annotations },
})

const commands: [why: string, text: string, want: { script: string; args: string } | RegExp][] = [
  ['a bare name is in the working directory', 'deploy', { script: './deploy', args: '' }],
  ['arguments follow', 'destroy -c  --force', { script: './destroy', args: '-c --force' }],
  ['a relative path stays one', 'setup/cmd/deploy x', { script: './setup/cmd/deploy', args: 'x' }],
  ['one that says so already too', './deploy', { script: './deploy', args: '' }],
  ['an absolute path is taken as it is', '/usr/bin/deploy', { script: '/usr/bin/deploy', args: '' }],
  ['blanks around it are no part of it', '  deploy  ', { script: './deploy', args: '' }],
  ['a dollar in an argument is none of Kubernetes', 'deploy $(HOME) $$', { script: './deploy', args: '$$(HOME) $$$$' }],
  ['only blanks', '   ', /names no script/],
  ['quotes do not group', 'deploy "a b"', /has quotes/],
  ['nor does a backslash', 'deploy a\\ b', /has quotes/],
  ['a line break is no argument', 'deploy a\nb', /has a line break/],
  ['a way out of the folder', 'a/../../deploy', /leaves its folder/],
  ['a path that a shell would read', 'deploy;rm', /other than letters/],
]
for (const [why, text, want] of commands) {
  t.test(`command: ${why}`, t => {
    if (want instanceof RegExp)
      t.throws(() => parseCommand('scripts.deploy', text), { reason: 'InvalidSpec', message: want })
    else t.strictSame(parseCommand('scripts.deploy', text), want)
    t.end()
  })
}

t.test('arguments of postDeploy get the values of their variables', t => {
  const given = spec({
    variables: { R: 'us-east-1', E: '' },
    postDeploy: { script: 'report -v', args: { region: 'R', empty: 'E' } },
  })
  t.strictSame(postDeployCommand(given.postDeploy!, given), {
    script: './report',
    args: '-v -empty= -region=us-east-1',
  })
  const secret = spec({
    variablesFrom: [{ secretRef: { name: 's' } }],
    postDeploy: { script: 'report', args: { key: 'KEY' } },
  })
  t.equal(postDeployCommand(secret.postDeploy!, secret).args, '-key=$(KEY)', 'Kubernetes fills in what we do not see')
  t.throws(
    () => spec({ postDeploy: { script: 'r', args: { a: 'NONE' } } }),
    /a variable that is not in spec\.variables/,
  )
  t.end()
})

t.test('a request that lacks a kind of children is refused: what may be there could not be kept', t => {
  const settings = {
    endpoints: { dockerRegistryUrl: 'http://r', ghcrUrl: '', allowedRegistryHosts: [] },
    resyncAfterSeconds: 60,
    copyRegistrySecret: true,
  }
  const groups = ['Job.batch/v1', 'ConfigMap.v1', 'Secret.v1']
  for (const missing of groups) {
    const children = Object.fromEntries(groups.filter(group => group !== missing).map(group => [group, {}]))
    const request = { parent: { ...parent(), spec: spec() }, children, related: {}, finalizing: true }
    t.throws(() => readTerraform(request, settings), { message: new RegExp(`no '${missing}' in children`) })
  }
  t.end()
})

t.test('escaped text comes out of Kubernetes as it was', t => {
  // The rules of k8s.io/kubernetes/third_party/forked/golang/expansion, with a variable X that would be expanded.
  const expand = (text: string) =>
    text.replace(/\$(\$|\((\w+)\))/g, (match, what: string) => (what === '$' ? '$' : `<${match}>`))
  const text = fc.array(fc.constantFrom('$', '(', ')', 'X', '$(X)', ' ', 'é')).map(parts => parts.join(''))
  fc.assert(fc.property(text, given => expand(escapeExpansion(given)) === given))
  t.end()
})

t.test('names of Jobs are labels, and differ with what is run', t => {
  const names = new Set<string>()
  const long = 'x'.repeat(50)
  const inputs: [object, object, string][] = [
    [parent(), spec(), 'a/b:1'],
    [parent(), spec(), 'a/b:2'],
    [parent(), spec({ variables: { A: '1' } }), 'a/b:1'],
    [parent('staging', { 'alustan.io/requestedAt': 'now' }), spec(), 'a/b:1'],
    [parent(long), spec(), 'a/b:1'],
    [parent(`${long}y`), spec(), 'a/b:1'],
  ]
  for (const [owner, given, image] of inputs) {
    const { deploy } = wantedRuns(owner as any, given as any, image)
    t.match(deploy.name, /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/)
    names.add(deploy.name)
  }
  t.equal(names.size, inputs.length)
  const [one, other] = [spec({ variables: { A: '1', B: '2' } }), spec({ variables: { B: '2', A: '1' } })]
  t.equal(wantedRuns(parent(), one, 'i').deploy.name, wantedRuns(parent(), other, 'i').deploy.name, 'order is no input')
  t.end()
})

t.test('variables that no process can get are refused', t => {
  t.throws(
    () => wantedRuns(parent(), { ...spec(), variables: { A: 'x'.repeat(140_000) } }, 'i'),
    /more than the 131071 that Linux takes/,
  )
  const many = Object.fromEntries(['A', 'B', 'C'].map(name => [name, 'x'.repeat(100_000)]))
  t.throws(
    () => wantedRuns(parent(), { ...spec(), variables: many }, 'i'),
    /300006 bytes as JSON, more than the 225280 that fit into a Job; move large ones to a ConfigMap/,
  )
  t.ok(wantedRuns(parent(), { ...spec(), variables: { A: 'x'.repeat(100_000) } }, 'i'))
  // Go's JSON of such text, in the annotation that dynamic-apply writes, is six times as long.
  t.throws(() => wantedRuns(parent(), { ...spec(), variables: { A: '<'.repeat(50_000) } }, 'i'), /as JSON/)
  t.ok(wantedRuns(parent(), { ...spec(), variables: { A: '<'.repeat(30_000) } }, 'i'))
  const args = { a: 'A', b: 'B' }
  const report = { ...spec(), variables: { A: 'x'.repeat(70_000), B: 'x'.repeat(70_000) } }
  t.throws(
    () => wantedRuns(parent(), { ...report, postDeploy: { script: 'report', args } }, 'i'),
    /spec\.postDeploy\.args are longer than the 131071 bytes that Linux takes; let the script read/,
  )
  for (const variables of [{ '1A': 'x' }, { 'A B': 'x' }, { SCRIPT: 'x' }, { ARGS: 'x' }])
    t.throws(() => spec({ variables }))
  t.end()
})

const outputs: [why: string, log: string, want: object | RegExp][] = [
  ['a document alone', '{"outputs":{"a":1}}', { a: 1 }],
  ['noise around it', 'INFO { x\n{"level":"info"}\n{"outputs":{"a":1}}\nbye }', { a: 1 }],
  ['a brace or a quote in the line before is no beginning', 'it is "open {\n{ "a\n{"outputs":{"a":1}}', { a: 1 }],
  ['much noise that looks like a beginning', `${'{"a":[{ '.repeat(200_000)}\n{"outputs":{"a":1}}`, { a: 1 }],
  ['the last one counts', '{"outputs":{"a":1}}\n{"outputs":{"a":2}}', { a: 2 }],
  ['on one line with other text', 'done: {"outputs":{"a":"}"}} ok', { a: '}' }],
  [
    'over several lines',
    '{\n  "other": {"b": 1},\n  "outputs": {\n    "a": [1, {"c": "\\"}"}]\n  }\n}\n',
    { a: [1, { c: '"}' }] },
  ],
  ['the key within another document is no top level', '{"outputs":{"a":1}}\n{"x":{"outputs":{"a":2}}}', { a: 1 }],
  [
    'sensitive entries are dropped, nested ones too',
    '{"outputs":{"a":{"value":"s","sensitive":true},"b":{"c":{"value":"s","sensitive":true},"d":{"value":1,"sensitive":false}},"e":[{"value":"s","sensitive":true},2]}}',
    { b: { d: { value: 1, sensitive: false } }, e: [2] },
  ],
  ['all of it sensitive', '{"outputs":{"value":"s","sensitive":true}}', {}],
  ['__proto__ is dropped', '{"outputs":{"__proto__":{"x":1},"a":1}}', { a: 1 }],
  ['nothing at all', '', /printed no JSON object/],
  ['no JSON', 'Apply complete! Resources: 0 added', /printed no JSON object/],
  ['NaN is no JSON', '{"outputs":{"a":NaN}}', /printed no JSON object/],
  ['cut off', '{"outputs":{"a":1}', /printed no JSON object/],
  ['a list', '{"outputs":[1]}', /is no map/],
  ['a text', '{"outputs":"x"}', /is no map/],
  ['too deep', `{"outputs":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}`, /deeper than 50/],
  ['too large', `{"outputs":{"a":"${'x'.repeat(MAX_OUTPUT_BYTES)}"}}`, /more than the 204800/],
]
for (const [why, log, want] of outputs) {
  t.test(`output: ${why}`, t => {
    const { outputs: got, fault } = parseOutput(log)
    if (want instanceof RegExp) t.match(fault, want)
    else t.strictSame(got, want)
    t.end()
  })
}

t.test('a log full of braces costs little, and odd logs throw nothing', t => {
  const began = performance.now()
  t.match(parseOutput('{'.repeat(500_000)).fault, /printed no/)
  t.ok(performance.now() - began < 2000)
  const piece = fc.constantFrom('{', '}', '"', '"outputs"', ':', '[', ']', '\\', '1', ',', '\n', '{"outputs":{}}')
  fc.assert(
    fc.property(fc.array(piece), parts => typeof parseOutput(parts.join('')) === 'object'),
    { numRuns: 2000 },
  )
  t.end()
})

const pod = (status: object, name = 'p', creationTimestamp = '2026-01-01T00:00:00Z'): Pod => ({
  metadata: { name, creationTimestamp },
  status: { phase: 'Pending', conditions: [], containerStatuses: [], ...status },
})
const container = (state: object, lastState: object = {}) => ({ containerStatuses: [{ state, lastState }] })
const reports: [why: string, pods: Pod[], want: object][] = [
  ['no pod yet: quota, or too early', [], { hasStarted: false, reason: 'PodNotCreated' }],
  [
    'an image that cannot be pulled',
    [pod(container({ waiting: { reason: 'ImagePullBackOff' } }))],
    { hasStarted: false, reason: 'ImagePullBackOff' },
  ],
  [
    'a Secret that is missing',
    [pod(container({ waiting: { reason: 'CreateContainerConfigError' } }))],
    { hasStarted: false, reason: 'CreateContainerConfigError' },
  ],
  [
    'the usual start is no reason',
    [pod(container({ waiting: { reason: 'ContainerCreating' } }))],
    { hasStarted: false, reason: undefined },
  ],
  [
    'no node takes it',
    [pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] })],
    { hasStarted: false, reason: 'Unschedulable' },
  ],
  ['it runs', [pod({ phase: 'Running', ...container({ running: {} }) })], { hasStarted: true, reason: undefined }],
  [
    'an exit code says all',
    [pod({ phase: 'Failed', ...container({ terminated: { reason: 'Error', exitCode: 3 } }) })],
    { hasStarted: true, reason: undefined, exitCode: 3 },
  ],
  [
    'killed for its memory',
    [pod({ phase: 'Failed', ...container({ terminated: { reason: 'OOMKilled', exitCode: 137 } }) })],
    { hasStarted: true, reason: 'OOMKilled', exitCode: 137 },
  ],
  ['evicted', [pod({ phase: 'Failed', reason: 'Evicted' })], { hasStarted: true, reason: 'Evicted' }],
  [
    'a second pod waits, the first has run',
    [pod(container({ waiting: { reason: 'ErrImagePull' } }), 'b', '2026-01-02T00:00:00Z'), pod({ phase: 'Failed' })],
    { hasStarted: true, reason: 'ErrImagePull' },
  ],
]
for (const [why, pods, want] of reports) {
  t.test(`pods: ${why}`, t => {
    t.match(podReport(pods), want)
    t.end()
  })
}

t.test('runs are read through the API of Kubernetes, once, and never for long', async t => {
  let logs = 0
  let isDown = false
  let isForbidden = false
  let now = 0
  const server = createServer((request, response) => {
    if (isDown) return request.socket.destroy()
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    if (isForbidden) return response.writeHead(403).end('{"kind":"Status"}')
    if (pathname.endsWith('/log')) {
      logs++
      // 10 MiB before what counts.
      for (let count = 0; count < 160; count++) response.write(`${'noise { " '.repeat(6553)}\n`)
      return response.end('{"outputs":{"a":1}}')
    }
    const items: Record<string, Pod[]> = {
      'job-name=report': [pod({ phase: 'Succeeded' }, 'report-x')],
      'alustan.io/terraform=staging': [
        pod({ phase: 'Failed' }, 'a'),
        pod({ phase: 'Running' }, 'c'),
        pod({ phase: 'Pending' }, 'b'),
      ],
    }
    return response.end(JSON.stringify({ items: items[searchParams.get('labelSelector') ?? ''] ?? [] }))
  })
  const url = await listen(server)
  t.teardown(() => close(server))
  const reader = createRunReader(kubernetesApi(url), () => now)
  const run = { namespace: 'team', job: 'report', id: '1', isActive: false }
  const read = async (name: typeof run) => {
    for (let tries = 0; tries < 20; tries++) {
      const found = await reader.output(name)
      if (found !== undefined) return found
    }
    return undefined
  }
  isDown = true
  t.equal(await reader.output(run), undefined, 'down is unknown')
  t.equal(await reader.pods({ ...run, isActive: true }), undefined)
  isDown = false
  t.strictSame(await read(run), { value: { outputs: { a: 1 } } }, 'asked again after a failure')
  t.equal(logs, 1, 'a log is read once')
  t.match(await reader.output({ ...run, id: '2', job: 'gone' }), { value: { fault: /its pod is gone/ } })
  t.match(await reader.pods({ ...run, isActive: true }), { value: { hasStarted: true } })
  now += 5000
  isDown = true
  t.equal(await reader.pods({ ...run, isActive: true }), undefined, 'what an active run was is not what it is')
  t.equal(await reader.livePods('team', 'staging'), undefined, 'down is not: none')
  isDown = false
  t.strictSame(await reader.livePods('team', 'staging'), { value: ['b', 'c'] }, 'what has not ended is live')
  t.strictSame(await reader.livePods('team', 'other'), { value: [] })
  isForbidden = true
  const failure = {
    reason: 'PodsForbidden',
    message:
      /may not read the pods of namespace 'team'; give its ServiceAccount the verbs list on pods and get on pods\/log/,
  }
  t.match(await reader.livePods('team', 'staging'), { failure })
  t.match(await reader.output({ ...run, id: '3' }), { failure })
  isForbidden = false
  t.match(await read({ ...run, id: '3' }), { value: { outputs: { a: 1 } } }, 'a new Role is noticed')
  t.equal(await createRunReader(undefined, () => 0).pods(run), undefined)
  t.equal(await blindRunReader.pods(run), undefined)
  t.match((await blindRunReader.output(run))?.value, { fault: /READ_POD_LOGS is false/ })
})

t.test('the API is that of the environment', t => {
  t.equal(apiURL(undefined, {}), undefined)
  t.equal(
    apiURL(undefined, { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' }),
    'https://10.0.0.1:6443',
  )
  t.equal(apiURL(undefined, { KUBERNETES_SERVICE_HOST: 'fd00::1' }), 'https://[fd00::1]:443')
  t.equal(apiURL('http://127.0.0.1:1', { KUBERNETES_SERVICE_HOST: 'x' }), 'http://127.0.0.1:1')
  t.end()
})

t.test('a pull Secret holds the credentials of one registry', t => {
  const password = { kind: 'password', username: 'u', password: 'p:w' } as const
  t.strictSame(JSON.parse(pullConfig('registry-1.docker.io', password)), {
    auths: { 'https://index.docker.io/v1/': { auth: 'dTpwOnc=' } },
  })
  t.strictSame(JSON.parse(pullConfig('r.example.com:5000', { kind: 'identityToken', token: 'x' })), {
    auths: { 'r.example.com:5000': { identitytoken: 'x' } },
  })
  t.end()
})
