import { dependsOnLabel } from '../names.js'
import type { Dependencies } from './spec.js'

/** The labels that the children of something with these dependencies carry. */
export function dependencyLabels({ service, terraform }: Dependencies): Record<string, string> {
  const keys = [
    ...service.map(name => dependsOnLabel('service', name)),
    ...terraform.map(name => dependsOnLabel('terraform', name)),
  ]
  return Object.fromEntries(keys.map(key => [key, 'true']))
}

/** Labels of a child that is there, for the dependencies as the spec has them by now; the others stay. */
export function relabelled(labels: object, dependencies: Dependencies): Record<string, string> {
  const others = Object.entries(labels).filter(([key]) => !/^(service|terraform)\.depends-on\./.test(key))
  return { ...Object.fromEntries<string>(others), ...dependencyLabels(dependencies) }
}
