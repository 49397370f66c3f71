import { readFile, writeFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { apply } from './kubectl.js'
import { type Background, run, start } from './shell.js'

export type ApplyStrategy = 'dynamic-apply' | 'server-side-apply'

/** The CompositeControllers of `metacontroller/`, asking the hooks of this machine. */
async function controllers(hooksURL: string): Promise<{ metadata: { name: string; labels?: object } }[]> {
  return Promise.all(
    ['services', 'terraforms'].map(async kind => {
      const text = await readFile(`metacontroller/${kind}.yaml`, 'utf8')
      return parse(text.replaceAll(/http:\/\/alustan\.[^/]+/g, hooksURL)) as { metadata: { name: string } }
    }),
  )
}

/** Starts what calls the hooks: the real Metacontroller where METACONTROLLER names one, else our engine. */
export async function startController(hooksURL: string, folder: string, strategy: ApplyStrategy): Promise<Background> {
  const manifests = await controllers(hooksURL)
  const binary = process.env.METACONTROLLER
  if (binary === undefined) {
    const files = await Promise.all(
      manifests.map(async manifest => {
        const file = `${folder}/${manifest.metadata.name}.json`
        await writeFile(file, JSON.stringify(manifest))
        return file
      }),
    )
    return start(process.execPath, ['dist/test/e2e/engine-process.js', `--apply-strategy=${strategy}`, ...files])
  }
  // A label of its own, so that no other Metacontroller of the cluster serves these and this one serves no others.
  const label = `alustan.io/e2e=${folder.replace(/.*-/, '')}`
  for (const manifest of manifests) manifest.metadata.labels = Object.fromEntries([label.split('=')])
  await apply(...manifests)
  const controller = start(binary, [
    '--workers=50',
    '--client-go-qps=150',
    '--client-go-burst=300',
    '--discovery-interval=2s',
    '--metrics-address=0',
    '--health-probe-bind-address=0',
    `--apply-strategy=${strategy}`,
    `--target-label-selector=${label}`,
  ])
  return {
    ...controller,
    stop: async () => {
      await controller.stop()
      await run('kubectl', ['delete', 'compositecontroller', ...manifests.map(({ metadata }) => metadata.name)])
    },
  }
}
