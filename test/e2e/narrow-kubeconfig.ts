import { writeFile } from 'node:fs/promises'
import { type Seen, apply } from './kubectl.js'
import { run } from './shell.js'

/** Makes a ServiceAccount and writes a kubeconfig for it: same cluster, no rights but those that are bound to it. */
export async function narrowKubeconfig(name: string, namespace: string, folder: string): Promise<string> {
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
  const token = await run('kubectl', ['create', 'token', name, '-n', namespace, '--duration=1h'])
  const config: Seen = JSON.parse(await run('kubectl', ['config', 'view', '--raw', '--minify', '-o', 'json']))
  config.users = config.users.map(({ name: user }: Seen) => ({ name: user, user: { token: token.trim() } }))
  const path = `${folder}/${name}.kubeconfig`
  await writeFile(path, JSON.stringify(config), { mode: 0o600 })
  return path
}
