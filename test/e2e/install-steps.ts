import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { ApplyStrategy } from './controller.js'
import { examples } from './examples.js'
import { CHART, manifestOf, settings } from './helm.js'
import { pushImage, pushScripts } from './images.js'
import { startInstalledController } from './installed-controller.js'
import { type Seen, apply, get, list } from './kubectl.js'
import { startLoad } from './load.js'
import type { World } from './scenario.js'
import { completes } from './service-state.js'
import { type Background, eventually, run } from './shell.js'
import { inRegistry, reaches, terraform } from './terraform-state.js'

/** What the steps share. */
export interface Installation {
  readonly strategy: ApplyStrategy
  readonly folder: string
  readonly values: Record<string, unknown>
  readonly versions: { readonly before: string; readonly now: string }
  controller: Background | undefined
}

export const RELEASE = 'alustan'

/** The Terraform, called as in the documentation. */
const INFRASTRUCTURE = 'staging-cluster'

/** `helm install` of the version before, in a namespace that enforces the restricted Pod Security Standard. */
export async function installs(world: World, installation: Installation): Promise<void> {
  const { secretsNamespace: namespace } = world
  const { folder, values, versions, strategy } = installation
  const enforce = 'pod-security.kubernetes.io/enforce=restricted'
  await run('kubectl', ['label', 'namespace', namespace, enforce])
  const version = ['--version', versions.before, '--app-version', versions.before]
  await run('helm', ['package', CHART, ...version, '--destination', folder])
  const chart = `${folder}/alustan-${versions.before}.tgz`
  const options = [
    '--namespace',
    namespace,
    '--take-ownership',
    '--force-conflicts',
    '--wait',
    '--timeout=180s',
    ...settings(values),
  ]
  await run('helm', ['install', RELEASE, chart, ...options])
  const pods = await podsOf(namespace)
  assert.equal(pods.length, 2)
  installation.controller = await startInstalledController(RELEASE, namespace, folder, strategy)
}

/** `helm test`, with its log when it fails. */
export async function testPasses({ secretsNamespace: namespace }: World): Promise<void> {
  const told = await run('helm', ['test', RELEASE, '--namespace', namespace, '--logs', '--timeout=120s']).catch(String)
  assert.match(told, /ok - a hook refuses a call without the token/, told)
  assert.doesNotMatch(told, /not ok/)
}

/** Metacontroller asks the installed pods, which scan the registry, and Argo CD deploys. */
export async function serves(world: World): Promise<void> {
  await pushImage('alustan/backend', '0.2.0')
  const [workspace] = await examples('workspace.yaml', world)
  const [api] = await examples('services.yaml', world)
  await apply(workspace, api)
  const { image } = await completes('api-service', world, 120)
  assert.match(image, /^alustan\/backend:0\.\d+\.\d+$/)
}

/** An upgrade replaces all pods while a Job runs and calls come without a pause. */
export async function upgrades(world: World, { values, versions }: Installation): Promise<void> {
  const { namespace, secretsNamespace } = world
  const imageName = 'alustan/infrastructure-of-install'
  await pushScripts(imageName, { deploy: 'sleep 45', report: 'echo \'{"outputs": {"a": 1}}\'' }, '1.0.0')
  const containerRegistry = inRegistry(imageName)
  const spec = { scripts: { deploy: 'deploy' }, postDeploy: { script: 'report' }, containerRegistry }
  await apply(terraform(INFRASTRUCTURE, world, spec))
  await reaches(INFRASTRUCTURE, world, ({ run: { phase } = {} }) => phase === 'Running', 120)
  const before = await deployJob(world)
  const load = startLoad(String(values.hookURL), await hookToken(secretsNamespace))
  const options = [
    '--namespace',
    secretsNamespace,
    '--force-conflicts',
    '--wait',
    '--timeout=240s',
    ...settings(values),
  ]
  await run('helm', ['upgrade', RELEASE, CHART, ...options])
  await eventually('only new pods are left', 120, async () => {
    const images = (await podsOf(secretsNamespace)).map(pod => pod.spec.containers[0].image)
    return images.length === 2 && images.every(image => image.endsWith(`:${versions.now}`)) ? true : undefined
  })
  const { calls, failures } = await load.stop()
  console.log(`# ${calls} hook calls during the upgrade, ${failures.length} failed`)
  assert.deepEqual(failures, [])
  assert.ok(calls > 100)
  const status = await reaches(INFRASTRUCTURE, world, ({ state }) => state === 'Completed', 120)
  assert.deepEqual(status.postDeployOutput, { a: 1 })
  assert.equal((await deployJob(world)).metadata.uid, before.metadata.uid)
  assert.equal((await list('applications', namespace)).length, 1)
}

/** The token made at the install is still the one, in the Secret and before the hooks. */
export async function keepsToken({ secretsNamespace: namespace }: World): Promise<void> {
  const token = await hookToken(namespace)
  const secret = (await manifestOf(RELEASE, namespace)).find(({ kind }) => kind === 'Secret')
  assert.equal(Buffer.from(secret.data.token, 'base64').toString(), token)
  const revisions = JSON.parse(await run('helm', ['history', RELEASE, '--namespace', namespace, '--output', 'json']))
  assert.equal(revisions.length, 2)
  const first = await run('helm', ['get', 'manifest', RELEASE, '--namespace', namespace, '--revision', '1'])
  assert.ok(first.includes(secret.data.token))
}

/** An uninstall takes away what answered, and nothing that was deployed or asked for. */
export async function uninstalls({ namespace, secretsNamespace }: World, { controller }: Installation): Promise<void> {
  const uids = async () =>
    (await Promise.all(KEPT.map(async kind => list(kind, namespace)))).flat().map(({ metadata }) => metadata.uid)
  const before = await uids()
  // Before it loses that role.
  assert.doesNotMatch(
    controller?.output() ?? '',
    /is forbidden/,
    "the chart's role lets Metacontroller do all that it wants",
  )
  await run('helm', ['uninstall', RELEASE, '--namespace', secretsNamespace, '--wait', '--timeout=120s'])
  await eventually('the pods of alustan are gone', 60, async () =>
    (await podsOf(secretsNamespace)).length === 0 ? true : undefined,
  )
  // Time in which a controller that misread it would delete.
  await new Promise(resolve => setTimeout(resolve, 5000))
  await controller?.stop()
  assert.deepEqual(await uids(), before)
  for (const crd of ['services.alustan.io', 'terraforms.alustan.io']) assert.ok(await get('crd', crd, namespace))
}

const KEPT = ['services.alustan.io', 'terraforms.alustan.io', 'applicationsets', 'applications', 'deployments', 'jobs']

async function podsOf(namespace: string): Promise<Seen[]> {
  return list('pods', namespace, 'app.kubernetes.io/name=alustan')
}

async function deployJob({ namespace }: World): Promise<Seen> {
  const jobs = await list('jobs', namespace, 'alustan.io/step=deploy')
  assert.equal(jobs.length, 1)
  return jobs[0]
}

async function hookToken(namespace: string): Promise<string> {
  const secret = await get('secret', `${RELEASE}-hook-token`, namespace)
  return Buffer.from(secret.data.token, 'base64').toString()
}

/** Puts the image that `npm run image` makes into the registry, under both versions. */
export async function pushOwnImage(registry: string, versions: Installation['versions']): Promise<void> {
  await run('npm', ['run', '--silent', 'image'])
  for (const tag of Object.values(versions)) {
    const target = `docker://${registry}/alustan/alustan:${tag}`
    await run('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', `oci:dist/oci:${versions.now}`, target])
  }
}

/** The version of the project. */
export async function projectVersion(): Promise<string> {
  return JSON.parse(await readFile('package.json', 'utf8')).version
}
