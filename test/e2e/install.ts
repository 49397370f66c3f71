import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { chartRepository } from './chart.js'
import type { ApplyStrategy } from './controller.js'
import { missingProgram } from './helm.js'
import { reinstalls, troubleshoots, uninstallsByDocs, upgradesByDocs } from './install-docs.js'
import { closesPorts, isDependency, isValid, refusesWrongValues } from './install-rendering.js'
import {
  type Installation,
  installs,
  keepsToken,
  projectVersion,
  pushOwnImage,
  serves,
  testPasses,
  uninstalls,
  upgrades,
} from './install-steps.js'
import { METACONTROLLER } from './installed-controller.js'
import { registryWay } from './registry-way.js'
import type { Scenario, World } from './scenario.js'
import { run } from './shell.js'
import { ourKinds, standInKinds } from './custom-resource-definitions.js'
import { type Sum, clear, tell } from './tell.js'

/** An address of the cluster's service range that is rarely taken: no DNS is needed to reach the hooks. */
const ADDRESS = '10.96.77.77'

/** From `helm lint` to `helm uninstall`, with our own image in pods of the cluster. */
export async function installScenario(strategy: ApplyStrategy): Promise<Sum> {
  const missing = missingProgram('helm', 'umoci', 'skopeo')
  if (missing !== undefined) {
    console.log(`skipped - Install: ${missing} is not on PATH`)
    return { passed: 0, failed: 0 }
  }
  const removeKinds = await standInKinds()
  const folder = await mkdtemp(`${tmpdir()}/alustan-e2e-`)
  const suffix = folder.replace(/.*-/, '').toLowerCase()
  const world: World = {
    namespace: `e2e-${suffix}`,
    secretsNamespace: `e2e-${suffix}-alustan`,
    chartURL: await chartRepository(folder),
    hooksURL: `http://${ADDRESS}:8080`,
  }
  for (const name of [world.namespace, world.secretsNamespace]) await run('kubectl', ['create', 'namespace', name])
  const now = await projectVersion()
  const registry = process.env.REGISTRY ?? 'localhost:5000'
  const way = await registryWay(`${registry}/alustan/alustan:${now}`)
  const values = valuesFor(world, registry, way.container)
  const installation: Installation = {
    ...{ strategy, folder, values, controller: undefined },
    versions: { before: '0.0.9', now },
  }
  const sum = await tell(`Install, ${strategy}`, scenarioOf(installation, registry), world)
  if (sum.failed > 0) await explain(world, installation)
  await installation.controller?.stop()
  await run('helm', ['uninstall', 'alustan', '--namespace', world.secretsNamespace, '--ignore-not-found'])
  // The last step takes them away, and what a failed one left can only be removed with them.
  await ourKinds()
  await clear(world)
  await removeKinds()
  way.close()
  await rm(folder, { recursive: true })
  return sum
}

function valuesFor(world: World, registry: string, container: unknown): Record<string, unknown> {
  return {
    'image.registry': registry,
    secretsNamespace: world.secretsNamespace,
    appSyncInterval: '5s',
    infraSyncInterval: '5s',
    'endpoints.docker': `http://${registry}`,
    'service.clusterIP': ADDRESS,
    hookURL: world.hooksURL,
    'rbac.metacontroller.create': true,
    'rbac.metacontroller.serviceAccount': { name: METACONTROLLER, namespace: world.secretsNamespace },
    extraContainers: [container],
  }
}

function scenarioOf(installation: Installation, registry: string): Scenario {
  return {
    name: 'Install',
    steps: [
      ['every file of ci/ passes helm lint, and the API server takes all that it renders to', isValid],
      ['wrong values are refused in a line that shows no credential', refusesWrongValues],
      ['without ports only DNS is reached outside', closesPorts],
      ['a chart can depend on it, on a condition', async world => isDependency(world, installation.folder)],
      ['our image is built without an engine and pushed', async () => pushOwnImage(registry, installation.versions)],
      ['helm install of the version before: two pods, restricted', async world => installs(world, installation)],
      ['helm test calls the hooks', testPasses],
      ['a Service is Completed by the installed pods', serves],
      ['helm upgrade: no call fails, no run starts anew', async world => upgrades(world, installation)],
      ['the hook token is the one of the install', keepsToken],
      ['helm uninstall leaves resources, CRDs and workloads', async world => uninstalls(world, installation)],
      ['docs/install.md on what is left: it goes on where it was', async world => reinstalls(world, installation)],
      ['docs/troubleshooting.md tells how everything stands', troubleshoots],
      ['docs/upgrade.md upgrades', upgradesByDocs],
      ['docs/uninstall.md leaves nothing', async world => uninstallsByDocs(world, installation)],
    ],
  }
}

async function explain({ secretsNamespace }: World, { controller }: Installation): Promise<void> {
  const what = ['pods,events,replicasets', '-n', secretsNamespace, '-o', 'wide']
  console.log(await run('kubectl', ['get', ...what]).catch(String))
  const logs = ['-n', secretsNamespace, '-l', 'app.kubernetes.io/name=alustan', '--tail=60', '--all-containers']
  console.log(await run('kubectl', ['logs', ...logs]).catch(String))
  console.log(`--- controller\n${controller?.output().slice(-8000) ?? ''}`)
}
