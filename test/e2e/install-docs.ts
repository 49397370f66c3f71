import assert from 'node:assert/strict'
import { follow } from './documented.js'
import { type Installation, RELEASE } from './install-steps.js'
import { startInstalledController } from './installed-controller.js'
import { type Seen, list } from './kubectl.js'
import type { World } from './scenario.js'
import { completes } from './service-state.js'
import { run } from './shell.js'

/** docs/install.md on what is still there: resources go on where they were, with credentials from Secrets. */
export async function reinstalls(world: World, installation: Installation): Promise<void> {
  const { secretsNamespace } = world
  await follow('docs/install.md', 'kubectl create namespace alustan', world, installation.values)
  const { folder, strategy } = installation
  installation.controller = await startInstalledController(RELEASE, secretsNamespace, folder, strategy)
  const [deployment] = await list('deployments', secretsNamespace, 'app.kubernetes.io/name=alustan')
  const mounted = deployment.spec.template.spec.volumes.map(({ secret }: Seen) => secret?.secretName)
  for (const name of ['registry', 'github']) assert.ok(mounted.includes(name), `${name} of ${mounted.join()}`)
  await completes('api-service', world, 120)
}

/** docs/upgrade.md, from the chart as it is to the same. */
export async function upgradesByDocs(world: World): Promise<void> {
  assert.match(await follow('docs/upgrade.md', 'helm upgrade', world), /Phase: +Succeeded/)
}

/** docs/troubleshooting.md: how everything stands, the message of one Service, and one Terraform in full. */
export async function troubleshoots(world: World): Promise<void> {
  const told = await follow('docs/troubleshooting.md', 'kubectl get alustan', world)
  assert.match(told, /^service\S+\/api-service +Completed/m)
  assert.match(told, /^synced and healthy$/m)
  assert.match(told, /Post Deploy Output:/)
}

/** docs/uninstall.md: everything goes, in order. CRDs stay where other namespaces have resources of ours. */
export async function uninstallsByDocs(world: World, { controller }: Installation): Promise<void> {
  const others = (await run('kubectl', ['get', 'alustan', '--all-namespaces', '--no-headers']))
    .split('\n')
    .filter(line => line !== '' && !line.startsWith(world.namespace))
  assert.deepEqual(others, [], 'the cluster has no other resources of ours, whose CRDs would go')
  await follow('docs/uninstall.md', 'kubectl delete services.alustan.io', world)
  await controller?.stop()
  for (const kind of ['applicationsets', 'applications', 'jobs', 'deployments']) {
    assert.deepEqual(await list(kind, world.namespace), [], kind)
  }
  assert.equal(await run('kubectl', ['get', 'crd', 'services.alustan.io', '--ignore-not-found']), '')
}
