import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { freePort } from '../free-port.js'
import { alustan } from '../run-cli.js'
import { kubeconfigFor } from './api-counter.js'
import { narrowKubeconfig } from './narrow-kubeconfig.js'
import type { Scenario, World } from './scenario.js'
import { run } from './shell.js'

const READER = 'alustan-reader'

/** A command that fails says why in one line, and its exit code says it to programs. */
async function fails(args: string[], kubeconfig: string, code: number, line: RegExp): Promise<void> {
  const told = await alustan(args, '', { KUBECONFIG: kubeconfig })
  assert.deepEqual({ code: told.code, stdout: told.stdout }, { code, stdout: '' }, `${args.join(' ')}: ${told.stderr}`)
  assert.match(told.stderr, /^alustan: [^\n]+\n$/)
  assert.match(told.stderr, line)
}

/** Every command that asks a cluster, of a namespace. */
const commands = ({ namespace }: Pick<World, 'namespace'>): string[][] => [
  ['trace', 'service/web', '-n', namespace],
  ['trace', 'terraform/vpc', '-n', namespace],
  ['graph', '-n', namespace],
  ['reconcile', 'service/web', '-n', namespace],
]

/** What the command line says where the cluster does not know our kinds; false where it does. */
export async function isToldWithoutKinds(): Promise<boolean> {
  if ((await run('kubectl', ['get', 'crd', 'services.alustan.io', '--ignore-not-found'])) !== '') return false
  for (const args of commands({ namespace: 'default' })) {
    await fails(
      args,
      process.env.KUBECONFIG ?? '',
      4,
      /does not have the kinds of alustan\.io\/v1alpha1; install alustan \('helm install/,
    )
  }
  return true
}

/** What goes wrong between a user and the cluster. */
export const faultSteps: Scenario['steps'] = [
  [
    'what does not exist is told with what is near',
    async ({ namespace }) => {
      const { KUBECONFIG = '' } = process.env
      await fails(
        ['trace', 'service/wbe', '-n', namespace],
        KUBECONFIG,
        4,
        /Service 'wbe' does not exist .*did you mean 'web'\?/,
      )
      await fails(['reconcile', 'terraform/vcp', '-n', namespace], KUBECONFIG, 4, /did you mean 'vpc'\?/)
      await fails(['graph', '-n', 'default'], KUBECONFIG, 4, /namespace 'default' has no Service or Terraform/)
    },
  ],
  [
    'a login that may not is told so, and one that may see some is shown that',
    async world => {
      const { namespace } = world
      const folder = await mkdtemp(`${tmpdir()}/alustan-e2e-`)
      const kubeconfig = await narrowKubeconfig(READER, namespace, folder)
      for (const args of commands(world)) {
        await fails(
          args,
          kubeconfig,
          3,
          /cannot (get|list) resource .*; ask for that permission, or use another --context/,
        )
      }
      const rights = ['--verb=get,list', '--resource=services.alustan.io,terraforms.alustan.io,pods']
      await run('kubectl', ['create', 'role', READER, '-n', namespace, ...rights])
      const account = `--serviceaccount=${namespace}:${READER}`
      await run('kubectl', ['create', 'rolebinding', READER, '-n', namespace, `--role=${READER}`, account])
      const { code, stdout } = await alustan(['trace', 'service/web', '-n', namespace], '', { KUBECONFIG: kubeconfig })
      assert.equal(code, 0)
      assert.match(stdout, /^├─ dependencies\n│ {2}└─ Service\/api {2}Completed$/m)
      assert.match(stdout, /ApplicationSets {2}not seen {2}applicationsets.* is forbidden: /)
      await rm(folder, { recursive: true })
    },
  ],
  [
    'without a kubeconfig, or with one whose server is not there, a line says what to do',
    async world => {
      const folder = await mkdtemp(`${tmpdir()}/alustan-e2e-`)
      await writeFile(`${folder}/gone`, kubeconfigFor(`http://127.0.0.1:${await freePort()}`))
      for (const args of commands(world)) {
        await fails(args, `${folder}/none`, 2, /kubectl knows no cluster .*; set KUBECONFIG, or/)
        await fails(
          args,
          `${folder}/gone`,
          2,
          /the cluster does not answer .*; is it up, and may this machine reach it\?/,
        )
      }
      await rm(folder, { recursive: true })
    },
  ],
]
