import { writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import type { ApplyStrategy } from './controller.js'
import { metacontrollerArguments } from './controller.js'
import { manifestOf } from './helm.js'
import { type Seen, apply } from './kubectl.js'
import { type Background, run, start } from './shell.js'

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
    const kubeconfig = await narrowKubeconfig(namespace, folder)
    const selector = `app.kubernetes.io/instance=${release}`
    return start(binary, metacontrollerArguments(strategy, selector), { KUBECONFIG: kubeconfig })
  }
  const controllers = (await manifestOf(release, namespace)).filter(({ kind }) => kind === 'CompositeController')
  const file = `${folder}/controllers.yaml`
  await writeFile(file, controllers.map(controller => stringify(controller)).join('---\n'))
  return start(process.execPath, ['dist/test/e2e/engine-process.js', file], { APPLY_STRATEGY: strategy })
}

/** The kubeconfig of a ServiceAccount: same cluster, no other rights. */
async function narrowKubeconfig(namespace: string, folder: string): Promise<string> {
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: METACONTROLLER, namespace } })
  const token = await run('kubectl', ['create', 'token', METACONTROLLER, '-n', namespace, '--duration=1h'])
  const config: Seen = JSON.parse(await run('kubectl', ['config', 'view', '--raw', '--minify', '-o', 'json']))
  config.users = config.users.map(({ name }: Seen) => ({ name, user: { token: token.trim() } }))
  const path = `${folder}/kubeconfig`
  await writeFile(path, JSON.stringify(config), { mode: 0o600 })
  return path
}
