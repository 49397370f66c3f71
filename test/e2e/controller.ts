import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { apply } from './kubectl.js'
import { type Background, run, start } from './shell.js'

const STRATEGIES = ['dynamic-apply', 'server-side-apply'] as const
export type ApplyStrategy = (typeof STRATEGIES)[number]

/** What scenarios are played under: APPLY_STRATEGY, which one that runs in the cluster cannot change, or else both. */
export function applyStrategies(): readonly ApplyStrategy[] {
  const { APPLY_STRATEGY } = process.env
  if (APPLY_STRATEGY === undefined) return STRATEGIES
  const wanted = STRATEGIES.filter(strategy => strategy === APPLY_STRATEGY)
  if (wanted.length === 0) throw new Error(`APPLY_STRATEGY is '${APPLY_STRATEGY}'; use ${STRATEGIES.join(' or ')}`)
  return wanted
}

const FILES = ['metacontroller/services.yaml', 'metacontroller/terraforms.yaml']

/** What calls the hooks. */
export type Controller = Omit<Background, 'child'>

/**
 * Starts what calls the hooks: the real Metacontroller where METACONTROLLER names its binary; with
 * METACONTROLLER=in-cluster one runs there already; else our engine.
 */
export async function startController(hooksURL: string, strategy: ApplyStrategy): Promise<Controller> {
  const binary = process.env.METACONTROLLER
  return binary === undefined
    ? start(process.execPath, ['dist/test/e2e/engine-process.js', ...FILES], {
        HOOK_URL: hooksURL,
        APPLY_STRATEGY: strategy,
      })
    : startMetacontroller(binary, hooksURL, strategy)
}

const RUNS_ALREADY: Controller = { output: () => '', stop: async () => undefined }

async function startMetacontroller(binary: string, hooksURL: string, strategy: ApplyStrategy): Promise<Controller> {
  // A label of its own, so that the one that is started here serves no others.
  const [key, value] = ['alustan.io/e2e', new URL(hooksURL).port]
  const manifests = await Promise.all(
    FILES.map(async file => {
      const manifest = parse((await readFile(file, 'utf8')).replaceAll(/http:\/\/alustan\.[^/]+/g, hooksURL))
      manifest.metadata.labels = { [key]: value }
      return manifest
    }),
  )
  await apply(...manifests)
  const controller =
    binary === 'in-cluster' ? RUNS_ALREADY : start(binary, metacontrollerArguments(strategy, `${key}=${value}`))
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
