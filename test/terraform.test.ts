import fc from 'fast-check'
import t from 'tap'
import { pullConfig } from '../lib/registry/pull-config.js'
import { escapeExpansion, parseCommand, postDeployCommand } from '../lib/terraform/command.js'
import { wantedRuns } from '../lib/terraform/input.js'
import { readTerraform } from '../lib/terraform/situation.js'
import { TerraformSpec } from '../lib/terraform/spec.js'

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
