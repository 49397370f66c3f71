import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { examples } from './examples.js'
import { type GitRepository, gitRepository } from './git-repository.js'
import { pushImage, pushScripts } from './images.js'
import { type Seen, apply, get, list } from './kubectl.js'
import type { Scenario, World } from './scenario.js'
import { eventually, run } from './shell.js'
import { inRegistry, terraform } from './terraform-state.js'

const PATCH = 'docs/argo-cd-health.yaml'
const KEYS = ['Service', 'Terraform'].map(kind => `resource.customizations.health.alustan.io_${kind}`)
const IMAGE = 'alustan/infrastructure-in-git'

let repository: GitRepository

/** Puts manifests into git, and lets Argo CD look there now. */
async function commit({ namespace }: World, ...objects: Seen[]): Promise<void> {
  await repository.commit(Object.fromEntries(objects.map(object => [`${object.kind}.json`, JSON.stringify(object)])))
  if ((await get('application', 'team', namespace)) === undefined) return
  await run('kubectl', ['annotate', 'application', 'team', '-n', namespace, 'argocd.argoproj.io/refresh=normal'])
}

/** Waits until Argo CD calls the Application so while ours are in these states. */
async function isCalled(health: string, states: Record<string, string>, world: World): Promise<void> {
  await eventually(`the Application is ${health}`, 120, async () => {
    const { status } = await get('application', 'team', world.namespace)
    const ours = [
      await list('services.alustan.io', world.namespace),
      await list('terraforms.alustan.io', world.namespace),
    ]
    const seen = Object.fromEntries(ours.flat().map(({ kind, status }) => [kind, status?.state]))
    const told = { health: status?.health?.status, sync: status?.sync?.status, ...seen }
    const wanted = { health, sync: 'Synced', ...states }
    if (JSON.stringify(told) === JSON.stringify(wanted)) return true
    throw new Error(`${JSON.stringify(told)} instead of ${JSON.stringify(wanted)}`)
  })
}

function infrastructure(world: World, variables: Record<string, string>): Seen {
  const object = terraform('infra', world, {
    variables,
    containerRegistry: inRegistry(IMAGE),
    postDeploy: undefined,
  })
  object.metadata.annotations = { 'argocd.argoproj.io/sync-options': 'PrunePropagationPolicy=background' }
  return object
}

/** Argo CD applies our kinds from git, and calls them as healthy as they are. */
export const healthScenario: Scenario = {
  name: 'Health',
  strategies: ['dynamic-apply'],
  async prepare() {
    const folder = await mkdtemp(`${tmpdir()}/alustan-e2e-`)
    repository = await gitRepository(folder, 'team')
    await run('kubectl', ['-n', 'argocd', 'patch', 'configmap', 'argocd-cm', '--patch-file', PATCH])
    const stop = async () => {
      const data = Object.fromEntries(KEYS.map(key => [key, null]))
      await run('kubectl', ['-n', 'argocd', 'patch', 'configmap', 'argocd-cm', '--patch', JSON.stringify({ data })])
      await rm(folder, { recursive: true })
    }
    return { environment: {}, stop }
  },
  steps: [
    [
      'a Terraform from git is Progressing while it runs and Healthy when it is deployed',
      async world => {
        await pushScripts(IMAGE, { deploy: 'sleep "${PAUSE:-0}"; exit "${CODE:-0}"', destroy: 'sleep 1' }, '1.0.0')
        await commit(world, infrastructure(world, { PAUSE: '10' }))
        const { namespace } = world
        await apply({
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Application',
          metadata: { name: 'team', namespace },
          spec: {
            project: 'default',
            source: { repoURL: repository.url, path: '.', targetRevision: 'main' },
            destination: { name: 'in-cluster', namespace },
            syncPolicy: { automated: { prune: true } },
          },
        })
        await isCalled('Progressing', { Terraform: 'Progressing' }, world)
        await isCalled('Healthy', { Terraform: 'Completed' }, world)
      },
    ],
    [
      'a script that fails is Degraded, and its repair Healthy',
      async world => {
        await commit(world, infrastructure(world, { CODE: '3' }))
        await isCalled('Degraded', { Terraform: 'Failed' }, world)
        await commit(world, infrastructure(world, {}))
        await isCalled('Healthy', { Terraform: 'Completed' }, world)
      },
    ],
    [
      'a Service without its workspace is Degraded, with it Healthy, and Suspended when it is told so',
      async world => {
        await pushImage('alustan/backend', '0.2.0')
        const [service] = await examples('services.yaml', world)
        await commit(world, infrastructure(world, {}), service)
        await isCalled('Degraded', { Service: 'Error', Terraform: 'Completed' }, world)
        await apply(...(await examples('workspace.yaml', world)))
        await isCalled('Healthy', { Service: 'Completed', Terraform: 'Completed' }, world)
        service.spec.suspend = true
        await commit(world, infrastructure(world, {}), service)
        await isCalled('Suspended', { Service: 'Completed', Terraform: 'Completed' }, world)
      },
    ],
    [
      'what leaves git is destroyed first',
      async world => {
        const [service] = await examples('services.yaml', world)
        await commit(world, service)
        const [job] = await eventually('destroy runs', 60, async () => {
          const jobs = await list('jobs', world.namespace, 'alustan.io/step=destroy')
          return jobs.length > 0 ? jobs : undefined
        })
        assert.equal(job.spec.template.spec.containers[0].env.find(({ name }: Seen) => name === 'ARGS').value, '-c')
        await isCalled('Healthy', { Service: 'Completed' }, world)
      },
    ],
  ],
}
