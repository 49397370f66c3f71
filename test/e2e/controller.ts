import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { apply } from './kubectl.js'
import { type Background, run, start } from './shell.js'

export type ApplyStrategy = 'dynamic-apply' | 'server-side-apply'

const FILES = ['metacontroller/services.yaml', 'metacontroller/terraforms.yaml']

/** Starts what calls the hooks: the real Metacontroller where METACONTROLLER names one, else our engine. */
export async function startController(hooksURL: string, strategy: ApplyStrategy): Promise<Background> {
  const binary = process.env.METACONTROLLER
  return binary === undefined
    ? start(process.execPath, ['dist/test/e2e/engine-process.js', ...FILES], {
        HOOK_URL: hooksURL,
        APPLY_STRATEGY: strategy,
      })
    : startMetacontroller(binary, hooksURL, strategy)
}

async function startMetacontroller(binary: string, hooksURL: string, strategy: ApplyStrategy): Promise<Background> {
  // A label of its own, so that no other Metacontroller of the cluster serves these and this one serves no others.
  const [key, value] = ['alustan.io/e2e', new URL(hooksURL).port]
  const manifests = await Promise.all(
    FILES.map(async file => {
      const manifest = parse((await readFile(file, 'utf8')).replaceAll(/http:\/\/alustan\.[^/]+/g, hooksURL))
      manifest.metadata.labels = { [key]: value }
      return manifest
    }),
  )
  await apply(...manifests)
  const controller = start(binary, metacontrollerArguments(strategy, `${key}=${value}`))
  return {
    ...controller,
    stop: async () => {
      await controller.stop()
      await run('kubectl', ['delete', 'compositecontroller', ...manifests.map(({ metadata }) => metadata.name)])
    },
  }
}

/** Arguments of a Metacontroller that serves only the CompositeControllers with a label. */
export function metacontrollerArguments(strategy: ApplyStrategy, selector: string): string[] {
  return [
    '--workers=50',
    '--client-go-qps=150',
    '--client-go-burst=300',
    '--discovery-interval=2s',
    '--metrics-address=0',
    '--health-probe-bind-address=0',
    `--apply-strategy=${strategy}`,
    `--target-label-selector=${selector}`,
  ]
}
