import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { parseCommand } from '../lib/terraform/command.js'
import { wantedRuns } from '../lib/terraform/input.js'
import { job } from '../lib/terraform/job.js'
import { parseOutput } from '../lib/terraform/output.js'
import type { Step } from '../lib/terraform/runs.js'
import { TerraformSpec } from '../lib/terraform/spec.js'

// Runs the image of examples/infrastructure without building it: its CMD with the environment of the Jobs that its own
// manifest leads to, with terraform where it is on PATH (on a state in a file, since there is no cluster), else with a
// stand-in that only remembers what it was called with.
const ROOT = 'examples/infrastructure'
const dockerfile = readFileSync(`${ROOT}/Dockerfile`, 'utf8')
const [program = '', ...args] = JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
const settings = Object.fromEntries(
  (/^ENV (.+)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map(setting => setting.split('=') as [string, string]),
)

const parent = parseAllDocuments(readFileSync(`${ROOT}/terraform.yaml`, 'utf8'))
  .map(document => document.toJS())
  .find(({ kind }) => kind === 'Terraform')
parent.metadata.namespace = 'team'
const spec = TerraformSpec.parse(parent.spec)
const image = 'alustan/infrastructure:1.0.0'

/** The environment of the container that a Job of this step runs. */
function environment(step: Step, variables = {}): Record<string, string> {
  const given = { ...spec, variables: { ...spec.variables, ...variables } }
  const { deploy, postDeploy } = wantedRuns(parent, given, image)
  const command = parseCommand('scripts.destroy', spec.scripts.destroy ?? '')
  const destroy = { name: 'destroy', input: { step: 'destroy' as const, image, command, about: '1' } }
  const run = { deploy, postdeploy: postDeploy!, destroy }[step]
  const made = job(parent, given, { ...run, pullSecret: undefined }) as any
  const env: { name: string; value: string }[] = made.spec.template.spec.containers[0].env
  return Object.fromEntries(env.map(({ name, value }) => [name, value.replaceAll('$$', '$')]))
}

const WRAPPER = `#!/bin/bash
echo "$@" >> "$CALLS"
args=(); for arg in "$@"; do [[ $arg == -backend-config=* ]] || args+=("$arg"); done
if [ -n "$STAND_IN" ]; then [ "$1" = output ] && cat "$STAND_IN"; exit 0; fi
exec terraform "\${args[@]}"
`
const OUTPUTS = {
  access_key: { sensitive: true, type: 'string', value: 'canary' },
  databases: { sensitive: false, type: ['tuple', ['string']], value: ['staging-database'] },
}

t.test('the example deploys, reports and destroys by the manifest beside it', async t => {
  const hasTerraform = await promisify(execFile)('terraform', ['version']).then(
    () => true,
    () => false,
  )
  t.comment(hasTerraform ? 'with terraform' : 'with a stand-in')
  const folder = t.testdir({ bin: { tofu: WRAPPER }, 'outputs.json': JSON.stringify(OUTPUTS) })
  chmodSync(join(folder, 'bin/tofu'), 0o755)
  mkdirSync(join(folder, 'app'))
  for (const file of ['main.tf', 'init', 'deploy', 'destroy', 'postdeploy'])
    cpSync(`${ROOT}/${file}`, join(folder, 'app', file))
  writeFileSync(join(folder, 'app/backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n')
  const run = async (step: Step, more: Record<string, string> = {}) => {
    const env = {
      ...settings,
      ...environment(step),
      PATH: join(folder, 'bin') + delimiter + (process.env.PATH ?? ''),
      CALLS: join(folder, 'calls'),
      STAND_IN: hasTerraform ? '' : join(folder, 'outputs.json'),
      NAMESPACE: 'team',
      TF_DATA_DIR: join(folder, 'data'),
      CHECKPOINT_DISABLE: '1',
      TF_CLI_CONFIG_FILE: '/dev/null',
      ...more,
    }
    return promisify(execFile)(program, args, { cwd: join(folder, 'app'), env })
  }
  await run('deploy')
  const { outputs } = parseOutput((await run('postdeploy')).stdout)
  t.match(outputs, {
    workspace: 'staging',
    region: 'us-east-1',
    infrastructure: { databases: { value: ['staging-database'] } },
  })
  t.notOk(JSON.stringify(outputs).includes('access_key'), 'what is sensitive stays behind')
  await t.rejects(run('destroy', { ARGS: '' }), { code: 2, stderr: /nothing was destroyed; confirm with -c/ })
  await t.rejects(run('postdeploy', { ARGS: '-zone=a' }), { code: 2, stderr: /unknown argument '-zone=a'; usage:/ })
  await t.rejects(run('postdeploy', { ARGS: '-workspace=a"b -region=c' }), { code: 2, stderr: /is no name/ })
  await run('destroy')
  const calls = readFileSync(join(folder, 'calls'), 'utf8')
  t.match(
    calls,
    /^init -reconfigure .*-backend-config=namespace=team -backend-config=secret_suffix=staging\napply -auto-approve/,
  )
  t.match(calls, /destroy -auto-approve -lock-timeout=5m\n$/)
  if (!hasTerraform) return
  t.match(JSON.parse(readFileSync(join(folder, 'app/terraform.tfstate'), 'utf8')), { resources: [] })
  await t.rejects(run('deploy', { TF_VAR_vpc_cidr: 'x' }), { code: 1, stderr: /vpc_cidr is no IPv4 network/ })
})

t.test('the image starts what SCRIPT and ARGS say, as somebody without rights', t => {
  t.match(dockerfile, /^USER [1-9]\d+$/m)
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
  t.ok(
    bases.every(base => /:\d+\.\d+\.\d+/.test(base ?? '')),
    'its bases are pinned',
  )
  t.end()
})
