import { type Seen, get } from './kubectl.js'
import type { World } from './scenario.js'
import { eventually } from './shell.js'

/** The status of a Service at its newest generation. */
export async function state(name: string, { namespace }: World): Promise<Seen> {
  const service = await get('services.alustan.io', name, namespace)
  if (service?.status?.observedGeneration !== service?.metadata.generation) return { state: 'not observed yet' }
  return service?.status
}

/** Waits until a Service is Completed at its newest generation. */
export async function completes(name: string, world: World, seconds = 60): Promise<Seen> {
  return eventually(`${name} is Completed`, seconds, async () => {
    const status = await state(name, world)
    if (status?.state === 'Completed') return status
    throw new Error(`${status?.state}: ${status?.message}`)
  })
}
