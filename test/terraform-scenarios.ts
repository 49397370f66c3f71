import type { ApiObject } from '../lib/engine/cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { type Life, NAMESPACE, statusOf } from './terraform-life.js'

/** A story whose end must be the same whatever fails on the way. */
export type LifeScenario = (life: Life) => Promise<void>

const named = (name: string) => ({ name, namespace: NAMESPACE })

function terraform(name: string, variables: Record<string, string>, more: object = {}): ApiObject {
  return {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Terraform',
    metadata: named(name),
    spec: {
      variables,
      scripts: { deploy: 'deploy', destroy: 'destroy -c' },
      postDeploy: { script: 'report', args: { region: 'TF_VAR_region' } },
      containerRegistry: { provider: 'docker', imageName: 'a/b' },
      ...more,
    },
  }
}

async function create(
  { cluster }: Life,
  name: string,
  variables: Record<string, string>,
  more?: object,
): Promise<void> {
  await cluster.create(RESOURCES.terraforms, terraform(name, variables, more))
}

async function edit({ cluster }: Life, name: string, variables: Record<string, string>): Promise<void> {
  const object = await cluster.get(RESOURCES.terraforms, named(name))
  if (object !== undefined) {
    await cluster.update(RESOURCES.terraforms, { ...object, spec: terraform(name, variables).spec })
  }
}

async function remove({ cluster }: Life, name: string, isForeground = false): Promise<void> {
  await cluster.delete(RESOURCES.terraforms, named(name), isForeground ? { propagation: 'Foreground' } : {})
}

/** Lets a number of things happen that chance decides: what comes next may come at any moment. */
async function sometime(life: Life): Promise<void> {
  for (let pumps = life.pick(60); pumps > 0; pumps--) await life.pump()
}

async function reaches(life: Life, name: string, state: string, image = 'a/b:1.0.0'): Promise<void> {
  await life.until(`${name} ${state}`, async () => {
    const object = await life.cluster.get(RESOURCES.terraforms, named(name))
    const status = statusOf(object)
    return status.state === state && status.image === image && status.observedGeneration === object?.metadata.generation
  })
}

async function isGone(life: Life, name: string): Promise<void> {
  await life.until(
    `${name} gone`,
    async () => (await life.cluster.get(RESOURCES.terraforms, named(name))) === undefined,
  )
  const { record, cluster } = life
  record.inspect(cluster.objects())
  const hasDeployed = [...record.pods.values()].some(pod => pod.terraform === name && pod.step === 'deploy')
  if (hasDeployed && !record.hasSucceeded(name, 'destroy')) record.fault ??= `${name} is gone without a destroy`
}

/** Every scenario by its name. */
export const LIFE_SCENARIOS: Readonly<Record<string, LifeScenario>> = {
  async create(life) {
    await create(life, 'staging', { TF_VAR_region: 'a' })
    await reaches(life, 'staging', 'Completed')
  },
  async 'edit mid-run'(life) {
    await create(life, 'staging', { TF_VAR_region: 'a' })
    await sometime(life)
    await edit(life, 'staging', { TF_VAR_region: 'b' })
    await reaches(life, 'staging', 'Completed')
  },
  async 'new tag'(life) {
    await create(life, 'staging', { TF_VAR_region: 'a' })
    await sometime(life)
    life.tags = ['1.0.0', '1.0.1']
    await reaches(life, 'staging', 'Completed', 'a/b:1.0.1')
  },
  async 'failing script'(life) {
    await create(life, 'staging', { TF_VAR_region: 'a', CODE: '3' })
    await reaches(life, 'staging', 'Failed')
    const failed = [...life.record.pods.values()].filter(({ phase }) => phase === 'Failed').length
    if (failed !== 1) life.record.fault ??= `a failed deploy ran ${failed} times`
    await edit(life, 'staging', { TF_VAR_region: 'a' })
    await reaches(life, 'staging', 'Completed')
  },
  async 'image not pulled'(life) {
    await create(life, 'staging', { TF_VAR_region: 'a', WAITS: 'ImagePullBackOff' })
    await sometime(life)
    await edit(life, 'staging', { TF_VAR_region: 'a' })
    await reaches(life, 'staging', 'Completed')
  },
  async 'job removed mid-run'(life) {
    await create(life, 'staging', { TF_VAR_region: 'a' })
    await sometime(life)
    life.record.isJobRemoved = true
    life.record.isStopAllowed = true
    for (const { metadata } of await life.cluster.list(RESOURCES.jobs)) {
      await life.cluster.delete(RESOURCES.jobs, metadata, { propagation: 'Background' })
    }
    await reaches(life, 'staging', 'Completed')
  },
  async 'delete mid-run'(life) {
    await create(life, 'staging', { TF_VAR_region: 'a' })
    await sometime(life)
    await remove(life, 'staging')
    await isGone(life, 'staging')
  },
  async 'foreground deletion'(life) {
    await create(life, 'staging', { TF_VAR_region: 'a' })
    await sometime(life)
    life.record.isStopAllowed = true
    await remove(life, 'staging', true)
    await isGone(life, 'staging')
  },
  async 'failing destroy'(life) {
    await create(life, 'staging', { TF_VAR_region: 'a', DESTROY_FAILS: '2' })
    await reaches(life, 'staging', 'Completed')
    await remove(life, 'staging')
    await isGone(life, 'staging')
    const attempts = [...life.record.pods.values()].filter(({ step }) => step === 'destroy').length
    if (attempts !== 3) life.record.fault ??= `destroy ran ${attempts} times, not 3`
  },
  async dependencies(life) {
    const { record } = life
    await create(life, 'staging', { TF_VAR_region: 'a' }, { dependencies: { terraform: ['vpc'] } })
    await create(life, 'vpc', { TF_VAR_region: 'v' })
    await life.until('staging deploys', () => [...record.pods.values()].some(pod => pod.terraform === 'staging'))
    if (!record.hasSucceeded('vpc', 'deploy')) record.fault ??= 'staging deployed before vpc'
    await reaches(life, 'staging', 'Completed')
    await remove(life, 'vpc')
    await sometime(life)
    if (record.hasSucceeded('vpc', 'destroy')) record.fault ??= 'vpc was destroyed under staging'
    await remove(life, 'staging')
    await isGone(life, 'staging')
    await isGone(life, 'vpc')
  },
}

/** How a story ended, without what may differ: which Jobs are left is up to who deleted some. */
export async function endOf({ cluster }: Life): Promise<string> {
  const parents = (await cluster.list(RESOURCES.terraforms)).map(object => {
    const { state, message, image, deployed, postDeployOutput } = statusOf(object)
    return { name: object.metadata.name, state, message, image, deployed, postDeployOutput }
  })
  const maps = (await cluster.list(RESOURCES.configMaps)).map(({ metadata, data }) => ({ name: metadata.name, data }))
  return JSON.stringify({ parents, maps })
}
