import type { Config } from '../config.js'
import { RESOURCES } from '../engine/resources.js'
import { API_VERSION } from '../names.js'
import { pullRequest } from './pull-requests-stand-in.js'
import { readManifests } from './read-manifests.js'
import type { Screen } from './screen.js'
import { play } from './simulate.js'
import { type Simulation, ourResources, startSimulation } from './simulation.js'
import { tree } from './tree.js'

const EXAMPLES = ['examples/workspace.yaml', 'examples/terraform.yaml', 'examples/services.yaml']

/** How long a scan, or what it starts, is waited for at most, in simulated seconds. */
const SCAN_SECONDS = 1200

/** `alustan demo`: the story of the examples on a cluster in memory. Returns the exit code: 0 when it came out right. */
export async function demo(config: Config, screen: Screen): Promise<number> {
  const root = new URL('../../../', import.meta.url).pathname
  const objects = readManifests(EXAMPLES.map(file => root + file))
  const images = new Map([
    ['alustan/backend', ['0.1.0', '0.2.0', '0.2.1']],
    ['alustan/web', ['1.1.0', '1.1.3', '1.2.0']],
    ['alustan/infrastructure', ['1.0.0', '1.0.1', '1.1.0']],
  ])
  const simulation = await startSimulation(config, images)
  screen.say(
    'alustan, on a cluster in memory. Argo CD, containers and the registry are stand-ins; the hooks and their answers are real.',
  )
  for (const tell of [infrastructure, comesUp, newTag, newAnnotation, pullRequestComes, goesDown])
    await tell(simulation, screen, objects)
  // What was owned goes after its owner.
  for (let steps = 0; steps < 10; steps++) await simulation.step(1)
  const left = simulation.cluster.objects().filter(({ metadata }) => metadata.namespace !== 'alustan')
  screen.say(left.length === 0 ? 'Nothing is left.' : ['This is left:', ...tree(left)].join('\n'))
  simulation.stop()
  return left.length === 0 ? 0 : 1
}

type Chapter = (simulation: Simulation, screen: Screen, objects: ReturnType<typeof readManifests>) => Promise<void>

const isTerraform = ({ kind }: { kind: string }) => kind === 'Terraform'

const infrastructure: Chapter = async (simulation, screen, objects) => {
  screen.say(
    '1. A Terraform is applied: its image runs as a Job, and what its postDeploy script reports is kept in status.',
  )
  await simulation.apply(objects.filter(isTerraform))
  await playUntil(simulation, screen, 'staging-cluster', ({ state }) => state === 'Completed')
}

const comesUp: Chapter = async (simulation, screen, objects) => {
  screen.say('2. Two services are applied. web-service names api-service as its dependency, so it waits.')
  const isOurs = ({ apiVersion }: { apiVersion: string }) => apiVersion === API_VERSION
  await simulation.apply(objects.filter(object => !isOurs(object)))
  await simulation.apply(objects.filter(object => isOurs(object) && !isTerraform(object)).reverse())
  await play(simulation, screen)
}

const newTag: Chapter = async (simulation, screen) => {
  screen.say('3. Somebody pushes alustan/backend:0.3.0. It satisfies ">=0.2.0", so the next scan finds and deploys it.')
  simulation.repositories.get('alustan/backend')?.push('0.3.0')
  await playUntil(
    simulation,
    screen,
    'api-service',
    ({ state, image }) => state === 'Completed' && image.endsWith(':0.3.0'),
  )
}

const newAnnotation: Chapter = async (simulation, screen) => {
  screen.say(
    '4. The workspace loses its annotation DB_NAME. What runs goes on, and the status names the key; then it is back.',
  )
  const secret = { name: 'staging', namespace: 'alustan' }
  await annotate(simulation, secret, annotations => delete annotations.DB_NAME)
  await playUntil(simulation, screen, 'api-service', ({ state }) => state === 'Error')
  await annotate(simulation, secret, annotations => (annotations.DB_NAME = 'renamed'))
  await playUntil(simulation, screen, 'api-service', ({ state }) => state === 'Completed')
}

const pullRequestComes: Chapter = async (simulation, screen) => {
  screen.say('5. Pull request 7 of alustan/web-app-demo gets the label "preview": a copy of web-service comes.')
  const isThere = () => applications(simulation).some(({ name }) => name.startsWith('preview-'))
  simulation.pulls.set('alustan/web-app-demo', [pullRequest(7, 'feature/login')])
  await stepUntil(simulation, isThere)
  await stepUntil(simulation, () => false, 10)
  screen.say(
    tree(simulation.cluster.objects().filter(({ kind }) => kind.startsWith('Application') || kind === 'Service')).join(
      '\n',
    ),
  )
  screen.say('It is closed: the copy goes.')
  simulation.pulls.set('alustan/web-app-demo', [])
  await stepUntil(simulation, () => !isThere())
}

/** Goes on in silence: the resources of the table do not change meanwhile. */
async function stepUntil(simulation: Simulation, isReached: () => boolean, seconds = SCAN_SECONDS): Promise<void> {
  const end = simulation.seconds() + seconds
  while (!isReached() && simulation.seconds() < end) await simulation.step(1)
}

function applications({ cluster }: Simulation) {
  return cluster
    .objects()
    .filter(({ kind }) => kind === 'Application')
    .map(({ metadata }) => metadata)
}

const goesDown: Chapter = async (simulation, screen) => {
  screen.say(
    '6. api-service is deleted, but web-service still needs it: it stays until web-service is deleted and gone.',
  )
  const { cluster } = simulation
  await cluster.delete(RESOURCES.services, { name: 'api-service', namespace: 'default' })
  await playUntil(simulation, screen, 'api-service', ({ state }) => state === 'Blocked')
  await cluster.delete(RESOURCES.services, { name: 'web-service', namespace: 'default' })
  await play(simulation, screen, () => ourResources(cluster).length === 1)
  screen.say('7. The Terraform is deleted: its destroy script runs with the image that was deployed, then it is gone.')
  await cluster.delete(RESOURCES.terraforms, { name: 'staging-cluster', namespace: 'default' })
  await play(simulation, screen, () => ourResources(cluster).length === 0)
}

async function playUntil(
  simulation: Simulation,
  screen: Screen,
  name: string,
  isReached: (status: { state: string; image: string }) => boolean,
): Promise<void> {
  const reached = () => {
    const found = ourResources(simulation.cluster).find(({ metadata }) => metadata.name === name)
    return isReached({ state: '', image: '', ...(found?.status as object | undefined) })
  }
  // Only a scan tells of a new tag, so quiet is no end here.
  await play(simulation, screen, reached, SCAN_SECONDS)
}

async function annotate(
  { cluster }: Simulation,
  name: { name: string; namespace: string },
  edit: (annotations: Record<string, string>) => unknown,
): Promise<void> {
  const secret = await cluster.get(RESOURCES.secrets, name)
  if (secret === undefined) return
  edit((secret.metadata.annotations ??= {}))
  await cluster.update(RESOURCES.secrets, secret)
}
