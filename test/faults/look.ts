import assert from 'node:assert/strict'
import { RESOURCES } from '../../lib/engine/resources.js'
import type { Fault as RegistryFault } from '../fake/registry.js'
import { service, terraform } from './manifests.js'
import type { FaultWorld } from './world.js'

const { services, terraforms, applicationSets, applications, jobs } = RESOURCES

export interface Seen {
  state: string
  message: string
  image?: string
  run?: { job: string; phase: string; exitCode?: number; reason?: string }
  [field: string]: any
}

/** The status of a Service. */
export async function serviceStatus(world: FaultWorld, name = 'api'): Promise<Seen> {
  return (await world.get(services, name)).status
}

/** The status of a Terraform. */
export async function terraformStatus(world: FaultWorld, name = 'vpc'): Promise<Seen> {
  return (await world.get(terraforms, name)).status
}

/** A condition of a status, as `status reason: message`. */
export function condition({ conditions }: Seen, type: string): string {
  const found = conditions.find((each: { type: string }) => each.type === type)
  return found === undefined ? 'absent' : `${found.status} ${found.reason}: ${found.message}`
}

/** The image that the ApplicationSet of a Service hands to Argo CD. */
export async function deployedImage(world: FaultWorld, name = 'api'): Promise<string | undefined> {
  const set = await world.get(applicationSets, name)
  return set && JSON.parse(set.spec.generators[0].list.elements[0].values).image
}

/** Numbers of the pull requests whose copies run, and the Applications that are there of them. */
export async function copies(world: FaultWorld, name = 'api'): Promise<{ numbers: number[]; applications: number }> {
  const set = await world.get(applicationSets, `${name}-preview`)
  const labelSelector = { matchLabels: { 'alustan.io/service': name } }
  const all = await world.cluster.list(applications, { labelSelector })
  return {
    numbers: (set?.spec.generators[0].list.elements ?? []).map(({ number }: { number: string }) => Number(number)),
    applications: all.filter(({ metadata }) => metadata.labels?.['alustan.io/preview'] !== undefined).length,
  }
}

/** A Service that runs, before anything goes wrong. */
export async function running(world: FaultWorld, manifest = service('api')): Promise<void> {
  await world.apply(manifest)
  // A budget of some milliseconds is short for a machine that does much else: then the next scan tells.
  for (let rounds = 0; rounds < 20 && (await serviceStatus(world)).state !== 'Completed'; rounds++) await world.pass(30)
  const { state, image } = await serviceStatus(world)
  assert.deepEqual([state, image], ['Completed', 'team/app:1.1.0'])
}

/** A Terraform that is deployed, before anything goes wrong. */
export async function deployed(world: FaultWorld): Promise<void> {
  await world.apply(terraform('vpc'))
  await world.pass(60)
  assert.equal((await terraformStatus(world)).state, 'Completed')
}

/** All Jobs of a step that exist, by name. */
export async function jobsOf(world: FaultWorld, step: string): Promise<any[]> {
  const all = await world.cluster.list(jobs, { labelSelector: { matchLabels: { 'alustan.io/step': step } } })
  return all.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

/** Fails when what runs was touched: the Service has its image still, and its ApplicationSet too. */
export async function stillRuns(world: FaultWorld, image = 'team/app:1.1.0'): Promise<void> {
  assert.equal(await deployedImage(world), image)
  assert.equal((await serviceStatus(world)).image, image)
}

/** Lets the registry fail for ten minutes; answers what the condition said. */
export async function failing(world: FaultWorld, fault: RegistryFault): Promise<string> {
  world.registry.fault = fault
  await world.pass(600)
  await stillRuns(world)
  const said = condition(await serviceStatus(world), 'RegistryReachable')
  assert.match(said, /^False /)
  assert.equal((await serviceStatus(world)).state, 'Completed', 'what runs is still judged by itself')
  return said.replace(/^False (\w+).*/, '$1')
}
