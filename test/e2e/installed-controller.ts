import { writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import type { ApplyStrategy } from './controller.js'
import { metacontrollerArguments } from './controller.js'
import { manifestOf } from './helm.js'
import { narrowKubeconfig } from './narrow-kubeconfig.js'
import { type Background, start } from './shell.js'

/** The ServiceAccount that the chart's role for Metacontroller is bound to. */
export const METACONTROLLER = 'metacontroller'

/**
 * Starts what calls the hooks of a release, by its CompositeControllers as they were installed: the real Metacontroller
 * with no rights but those of the chart's role for it, else our engine.
 */
export async function startInstalledController(
  release: string,
  namespace: string,
  folder: string,
  strategy: ApplyStrategy,
): Promise<Background> {
  const binary = process.env.METACONTROLLER
  if (binary !== undefined) {
    const kubeconfig = await narrowKubeconfig(METACONTROLLER, namespace, folder)
    const selector = `app.kubernetes.io/instance=${release}`
    return start(binary, metacontrollerArguments(strategy, selector), { KUBECONFIG: kubeconfig })
  }
  const controllers = (await manifestOf(release, namespace)).filter(({ kind }) => kind === 'CompositeController')
  const file = `${folder}/controllers.yaml`
  await writeFile(file, controllers.map(controller => stringify(controller)).join('---\n'))
  return start(process.execPath, ['dist/test/e2e/engine-process.js', file], { APPLY_STRATEGY: strategy })
}
