import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { chartRepository } from './chart.js'
import type { Scenario, World } from './scenario.js'
import { serviceScenario } from './service.js'
import { type Background, eventually, run, start } from './shell.js'
import { freePort } from '../free-port.js'

// Runs every scenario on the cluster in KUBECONFIG, with our hooks as a process of this machine and Metacontroller
// (METACONTROLLER=<binary>, its CRDs installed) or our own engine. The cluster needs Argo CD and, at REGISTRY, an image
// registry that its node pulls from. `npm run e2e -- service` runs one scenario.

const SCENARIOS: readonly Scenario[] = [serviceScenario]

/** The CompositeControllers, pointed at the hooks of this machine. */
async function controllerFiles(folder: string, hooksURL: string): Promise<string[]> {
  return Promise.all(
    ['services', 'terraforms'].map(async kind => {
      const text = await readFile(`metacontroller/${kind}.yaml`, 'utf8')
      const file = `${folder}/${kind}.yaml`
      await writeFile(file, text.replaceAll(/http:\/\/alustan\.[^/]+/g, hooksURL))
      return file
    }),
  )
}

async function startController(files: readonly string[], strategy: string): Promise<Background> {
  const binary = process.env.METACONTROLLER
  if (binary === undefined)
    return start(process.execPath, ['dist/test/e2e/engine-process.js', ...files], { APPLY_STRATEGY: strategy })
  await run('kubectl', ['apply', ...files.flatMap(file => ['-f', file])])
  const args = [
    '--leader-election=false',
    '--zap-log-level=1',
    '--metrics-address=0',
    '--healthProbeBindAddress=0',
    `--apply-strategy=${strategy}`,
  ]
  return start(binary, [...args, '--workers=50', '--client-go-qps=150', '--client-go-burst=300'])
}

async function tell(strategy: string, scenario: Scenario, world: World): Promise<{ passed: number; failed: number }> {
  let passed = 0
  for (const [what, step] of scenario.steps) {
    const began = Date.now()
    try {
      await step(world)
      passed++
      console.log(`ok - ${strategy} ${scenario.name}: ${what} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
    } catch (thrown) {
      console.log(`not ok - ${strategy} ${scenario.name}: ${what}`)
      console.log(thrown instanceof Error ? thrown.stack : thrown)
      const kinds = 'services.alustan.io,terraforms.alustan.io,applicationsets,applications,jobs,pods'
      console.log(await run('kubectl', ['get', kinds, '-n', world.namespace, '-o', 'yaml']).catch(String))
      return { passed, failed: 1 }
    }
  }
  return { passed, failed: 0 }
}

async function withWorld(strategy: string, scenario: Scenario): Promise<{ passed: number; failed: number }> {
  const folder = await mkdtemp(`${tmpdir()}/alustan-e2e-`)
  const suffix = Math.random().toString(36).slice(2, 8)
  const world: World = {
    namespace: `e2e-${suffix}`,
    secretsNamespace: `e2e-${suffix}-alustan`,
    chartURL: await chartRepository(folder),
    hooksURL: `http://127.0.0.1:${await freePort()}`,
  }
  for (const name of [world.namespace, world.secretsNamespace]) await run('kubectl', ['create', 'namespace', name])
  const server = start(process.execPath, ['dist/hooks/server.js'], {
    PORT: new URL(world.hooksURL).port,
    ALUSTAN_NAMESPACE: world.secretsNamespace,
    DOCKER_REGISTRY_URL: `http://${process.env.REGISTRY ?? 'localhost:5000'}`,
    APP_SYNC_INTERVAL: '5s',
    INFRA_SYNC_INTERVAL: '5s',
    LOG_LEVEL: 'info',
  })
  await eventually('the hooks are ready', 20, async () =>
    (await fetch(`${world.hooksURL}/readyz`)).ok ? true : undefined,
  )
  const controller = await startController(await controllerFiles(folder, world.hooksURL), strategy)
  const result = await tell(strategy, scenario, world)
  if (result.failed > 0)
    console.log(`--- hooks\n${server.output().slice(-8000)}\n--- controller\n${controller.output().slice(-8000)}`)
  await controller.stop()
  await server.stop()
  for (const name of [world.namespace, world.secretsNamespace]) {
    await run('kubectl', ['delete', 'namespace', name, '--wait=false'])
  }
  await rm(folder, { recursive: true })
  return result
}

const wanted = process.argv.slice(2)
const sum = { passed: 0, failed: 0 }
await run('kubectl', ['apply', '--server-side', '--force-conflicts', '-f', 'metacontroller/crds'])
for (const strategy of ['dynamic-apply', 'server-side-apply']) {
  for (const scenario of SCENARIOS) {
    if (wanted.length > 0 && !wanted.includes(scenario.name.toLowerCase())) continue
    const { passed, failed } = await withWorld(strategy, scenario)
    sum.passed += passed
    sum.failed += failed
  }
}
console.log(`${sum.passed} passed, ${sum.failed} failed`)
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0
