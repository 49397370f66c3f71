import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { openKubectlProxy } from '../../lib/engine/kubectl-proxy.js'
import { leaks } from '../canaries.js'
import { freePort } from '../free-port.js'
import { chartRepository } from './chart.js'
import { type ApplyStrategy, applyStrategies, startController } from './controller.js'
import { healthScenario } from './health.js'
import { installScenario } from './install.js'
import { previewsScenario } from './previews.js'
import { privateImageScenario } from './private-image.js'
import { registryScenario } from './registry.js'
import type { Scenario, World } from './scenario.js'
import { serviceScenario } from './service.js'
import { eventually, run, start } from './shell.js'
import { ourKinds } from './custom-resource-definitions.js'
import { type Sum, clear, tell } from './tell.js'
import { terraformScenario } from './terraform.js'
import { traceScenario } from './trace.js'
import { isToldWithoutKinds } from './trace-faults.js'

// Runs every scenario under its apply strategies on the cluster in KUBECONFIG, with our hooks as a process of this machine
// (but for the install) and Metacontroller (METACONTROLLER=<binary>, its CRDs installed; or METACONTROLLER=in-cluster and
// HOOKS_HOST=<this machine's address as pods know it>) or our own engine. The cluster needs Argo CD, which reads
// repositories in TMPDIR, and, at REGISTRY, an image registry that its node pulls from, with an image base:1 that holds
// bash. `npm run e2e -- service` runs one scenario.

const SCENARIOS: readonly Scenario[] = [
  serviceScenario,
  previewsScenario,
  terraformScenario,
  privateImageScenario,
  traceScenario,
  healthScenario,
]
const STRATEGIES = applyStrategies()

/** Makes namespaces, chart, hooks and controller for one scenario, and takes all of it away afterwards. */
async function runScenario(scenario: Scenario, strategy: ApplyStrategy): Promise<Sum> {
  const folder = await mkdtemp(`${tmpdir()}/alustan-e2e-`)
  const suffix = folder.replace(/.*-/, '').toLowerCase()
  const world: World = {
    namespace: `e2e-${suffix}`,
    secretsNamespace: `e2e-${suffix}-alustan`,
    chartURL: await chartRepository(folder),
    hooksURL: `http://${process.env.HOOKS_HOST ?? '127.0.0.1'}:${await freePort()}`,
  }
  for (const name of [world.namespace, world.secretsNamespace]) await run('kubectl', ['create', 'namespace', name])
  const proxy = await openKubectlProxy()
  const prepared = await scenario.prepare?.()
  const hooks = start(process.execPath, ['dist/hooks/server.js'], {
    PORT: new URL(world.hooksURL).port,
    ALUSTAN_NAMESPACE: world.secretsNamespace,
    DOCKER_REGISTRY_URL: `http://${process.env.REGISTRY ?? 'localhost:5000'}`,
    APP_SYNC_INTERVAL: '5s',
    INFRA_SYNC_INTERVAL: '5s',
    KUBERNETES_API_URL: proxy.url,
    ...scenario.environment,
    ...prepared?.environment,
  })
  const isReady = async () => ((await fetch(`${world.hooksURL}/readyz`)).ok ? true : undefined)
  await eventually('the hooks are ready', 20, isReady)
  const controller = await startController(world.hooksURL, strategy)
  const sum = await tell(`${scenario.name}, ${strategy}`, scenario, world)
  const leaked = leaks(hooks.output() + controller.output())
  if (leaked.length > 0) {
    sum.failed++
    console.log(`not ok - ${scenario.name}, ${strategy}: no secret is in the logs\n${leaked.join('\n')}`)
  }
  if (sum.failed > 0) {
    console.log(`--- hooks\n${hooks.output().slice(-8000)}\n--- controller\n${controller.output().slice(-8000)}`)
  }
  await controller.stop()
  // Who still ran would put back the finalizers that are taken away.
  await clear(world)
  await hooks.stop()
  await prepared?.stop()
  proxy.stop()
  await rm(folder, { recursive: true })
  return sum
}

const wanted = process.argv.slice(2)
const sum: Sum = { passed: 0, failed: 0 }
if (wanted.length === 0 || wanted.includes('registry')) {
  await registryScenario()
  sum.passed++
  console.log('ok - Registry: the tags of a real registry are listed, open and with a password')
}
if (wanted.length === 0 || wanted.includes('trace')) {
  if (await isToldWithoutKinds()) {
    sum.passed++
    console.log('ok - Trace: a cluster without our kinds is told with its cure')
  } else console.log('skipped - Trace: a cluster without our kinds is told with its cure, since this one has them')
}
if (wanted.length === 0 || wanted.includes('install')) {
  const { passed, failed } = await installScenario('dynamic-apply')
  sum.passed += passed
  sum.failed += failed
}
await ourKinds()
for (const scenario of SCENARIOS) {
  if (wanted.length > 0 && !wanted.includes(scenario.name.toLowerCase())) continue
  for (const strategy of STRATEGIES.filter(each => scenario.strategies?.includes(each) ?? true)) {
    const { passed, failed } = await runScenario(scenario, strategy)
    sum.passed += passed
    sum.failed += failed
  }
}
console.log(`${sum.passed} passed, ${sum.failed} failed`)
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0
