import { examples } from './examples.js'
import type { Seen } from './kubectl.js'
import type { World } from './scenario.js'

/** The image of the Services that are traced. */
export const TRACED = 'alustan/traced'

/** A Service of the image of this story, after what it depends on. */
export async function tracedService(
  name: string,
  world: World,
  dependencies: object,
  source: object = {},
): Promise<Seen> {
  const [object] = await examples('services.yaml', world)
  object.metadata.name = name
  const { spec } = object
  Object.assign(spec, { dependencies, source: { ...spec.source, ...source } })
  spec.source.values = { ...spec.source.values, image: `${TRACED}:1.0.0`, service: name }
  Object.assign(spec.containerRegistry, { imageName: TRACED, semanticVersion: '~1.0' })
  return object
}
