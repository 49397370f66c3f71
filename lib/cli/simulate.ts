import type { Config } from '../config.js'
import { API_VERSION } from '../names.js'
import type { Repositories } from './tags-page.js'
import { type OpenPulls, withLabels } from './pull-requests-stand-in.js'
import { readManifests } from './read-manifests.js'
import { tagsInManifests } from './registry-stand-in.js'
import { type Screen, screenFor } from './screen.js'
import { type Simulation, ourResources, startSimulation, unknownKind } from './simulation.js'
import { tree } from './tree.js'

/** How long nothing may change, in simulated seconds, until a story counts as settled; and how long it may take. */
const QUIET_SECONDS = 30
const MAX_SECONDS = 3600

const SETTLED = ['Completed', 'Success']

/** `alustan simulate`: plays the manifests on a cluster in memory. Returns the exit code: 0 when all is Completed. */
export async function simulate(
  files: readonly string[],
  given: Repositories,
  config: Config,
  pulls: OpenPulls,
): Promise<number> {
  const objects = readManifests(files, unknownKind)
  const screen = screenFor(process.stdout, process.env)
  const simulation = await startSimulation(
    config,
    new Map([...tagsInManifests(objects), ...given]),
    withLabels(pulls, objects),
  )
  screen.say(
    'A simulation: the cluster is in memory; Argo CD, containers and the registry are stand-ins; nothing is deployed.',
  )
  // Ours come last, as on a cluster where everything else is there already.
  const isOurs = ({ apiVersion }: { apiVersion: string }) => apiVersion === API_VERSION
  await simulation.apply([...objects.filter(object => !isOurs(object)), ...objects.filter(isOurs)])
  await play(simulation, screen)
  const left = ourResources(simulation.cluster)
  screen.say(['What exists:', ...tree(simulation.cluster.objects())].join('\n'))
  simulation.stop()
  const unsettled = left.filter(
    ({ status }) => !SETTLED.includes((status as { state?: string } | undefined)?.state ?? ''),
  )
  if (unsettled.length === 0) return 0
  const names = unsettled.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(', ')
  process.stderr.write(`alustan: not Completed: ${names}; the messages above say why\n`)
  return 1
}

/** Lets the simulation run until `isOver` (if given) or nothing has changed for some simulated seconds. */
export async function play(
  simulation: Simulation,
  screen: Screen,
  isOver = (): boolean => false,
  quietSeconds = QUIET_SECONDS,
): Promise<void> {
  const began = simulation.seconds()
  let changedAt = began
  let last = ''
  for (;;) {
    const hasMoved = await simulation.step(quietSeconds)
    const resources = ourResources(simulation.cluster)
    const state = JSON.stringify(
      resources.map(({ metadata, status }) => [metadata.name, metadata.deletionTimestamp, status]),
    )
    const seconds = simulation.seconds()
    if (state !== last) {
      last = state
      changedAt = seconds
      await screen.show(resources, seconds)
    }
    if (isOver() || !hasMoved || seconds - changedAt > quietSeconds || seconds - began > MAX_SECONDS) break
  }
  screen.rest()
}
