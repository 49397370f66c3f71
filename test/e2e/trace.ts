import assert from 'node:assert/strict'
import { leaks } from '../canaries.js'
import { command, countCommands } from './counted-command.js'
import { examples } from './examples.js'
import { pushImage, pushScripts, removeTag } from './images.js'
import { type Seen, apply, list } from './kubectl.js'
import type { Scenario, World } from './scenario.js'
import { completes, state } from './service-state.js'
import { eventually, start } from './shell.js'
import { inRegistry, reaches, terraform } from './terraform-state.js'
import { faultSteps } from './trace-faults.js'
import { previewsStep, startPullRequests } from './trace-previews.js'
import { TRACED, tracedService } from './traced-service.js'

const INFRASTRUCTURE = 'alustan/infrastructure-traced'

const infrastructure = (world: World) =>
  terraform('vpc', world, { containerRegistry: inRegistry(INFRASTRUCTURE), postDeploy: { script: 'report' } })

/** What a command prints about the scenario's namespace. */
async function says(world: World, ...args: string[]): Promise<string> {
  return (await command(world, ...args)).told
}

/** Lines that a command printed, in whatever order. */
function shows(told: string, ...lines: RegExp[]): void {
  for (const line of lines) assert.match(told, new RegExp(line.source, 'm'), told)
}

/** The command line beside what a cluster holds: from a resource to its pods, and what to do. */
export const traceScenario: Scenario = {
  name: 'Trace',
  strategies: ['dynamic-apply'],
  // No scan by itself comes within the story.
  environment: { APP_SYNC_INTERVAL: '1h', INFRA_SYNC_INTERVAL: '1h' },
  async prepare() {
    const { environment, stop: stopPullRequests } = await startPullRequests()
    const stopCounting = await countCommands()
    const stop = async () => {
      await stopPullRequests()
      await stopCounting()
    }
    return { environment, stop }
  },
  steps: [
    [
      'what waits shows for what, and a watch follows it until it runs and it is interrupted',
      async world => {
        await removeTag(TRACED, '1.0.1')
        await pushImage(TRACED, '1.0.0')
        await pushScripts(INFRASTRUCTURE, { deploy: 'sleep 5', report: 'echo \'{"outputs": {"a": 1}}\'' }, '1.0.0')
        await apply(...(await examples('workspace.yaml', world)))
        await apply(await tracedService('web', world, { service: ['api'] }))
        await apply(await tracedService('api', world, { terraform: ['vpc'] }))
        await eventually('web knows what api waits for', 30, async () => {
          const web: Seen = await state('web', world)
          return web?.blockedBy?.[0]?.waitsFor?.join() === 'Terraform/vpc' ? true : undefined
        })
        shows(
          await says(world, 'trace', 'service/web'),
          /^Service\/web {2}Blocked/,
          /^│? *└─ Service\/api {2}Blocked {2}waits for Terraform\/vpc/,
          /^Waits for Service\/api.*'alustan trace terraform\/vpc -n [^ ]+'\.$/,
        )
        const args = ['dist/lib/cli/main.js', 'trace', 'service/web', '--watch', '-n', world.namespace]
        const watched = start(process.execPath, args)
        const ended = new Promise(resolve => watched.child.once('exit', resolve))
        const showsNow = (line: RegExp) => async () => (line.test(watched.output()) ? true : undefined)
        try {
          await eventually('the watch shows Blocked', 30, showsNow(/^Service\/web {2}Blocked/m))
          await apply(infrastructure(world))
          await eventually('and Completed', 180, showsNow(/^Service\/web {2}Completed/m))
          watched.child.kill('SIGINT')
          assert.equal(await ended, 130)
        } finally {
          await watched.stop()
        }
      },
    ],
    [
      'from a Service to its pods',
      async world => {
        const told = await says(world, 'trace', 'service/web')
        shows(
          told,
          /^├─ workspace 'staging'$/,
          /^│ {2}└─ Secret\/staging .* keys: CLUSTER_NAME, DB_NAME, DB_PASSWORD, DB_USER$/,
          /^├─ image alustan\/traced:1\.0\.0 {2}.*is the highest tag that satisfies '~1\.0'/,
          /^├─ dependencies$/,
          /^│ {2}└─ Service\/api {2}Completed$/,
          /^└─ ApplicationSet\/web$/,
          /^ {3}└─ Application\/web {2}Synced Healthy {2}namespace e2e-/,
          /^ {6}└─ Pod\/web-[0-9a-z-]+ {2}Running {2}ready$/,
          /^Waits for nothing: it runs as asked\.$/,
        )
        assert.deepEqual(leaks(told), [])
        const json = await command(world, 'trace', 'service/web', '-o', 'json')
        const { tree, next, requests } = JSON.parse(json.told)
        assert.equal(tree.title, 'Service/web')
        assert.equal(next, 'Waits for nothing: it runs as asked.')
        assert.equal(requests, json.requests.length)
        const secrets = json.requests.filter(request => request.includes('/secrets'))
        assert.ok(secrets.length > 0 && secrets.every(request => request.includes('as=PartialObjectMetadata')))
      },
    ],
    [
      'from a Terraform to its runs',
      async world => {
        await reaches('vpc', world, ({ state: is }) => is === 'Completed')
        shows(
          await says(world, 'trace', 'terraform/vpc'),
          /^Terraform\/vpc {2}Completed/,
          /^├─ Job\/vpc-postdeploy-\w+ {2}succeeded {2}postdeploy(.*\n)*├─ Job\/vpc-deploy-\w+ {2}succeeded {2}deploy/,
          /^│ {2}└─ Pod\/vpc-deploy-[0-9a-z-]+ {2}Succeeded$/,
          /^└─ ConfigMap\/vpc-output {2}keeps the outputs of postDeploy$/,
          /^Waits for nothing: it is deployed as asked\.$/,
        )
        const { tree } = JSON.parse(await says(world, 'trace', 'atf/vpc', '-o', 'json'))
        assert.equal(tree.state, 'Completed')
      },
    ],
    [
      'a graph of the namespace, as text and as a picture',
      async world => {
        const text = await says(world, 'graph')
        shows(text, /^flowchart LR$/, /"Service\/web<br\/>Completed"/, /"Terraform\/vpc<br\/>Completed"/)
        assert.equal(text.match(/^ {2}n\d --> n\d$/gm)?.length, 2)
        shows(await says(world, 'graph', '-o', 'svg'), /<svg/, /Service\/api/, /<\/svg>\s*$/)
      },
    ],
    [
      'reconcile takes a tag that was pushed just now, and runs a deploy again',
      async world => {
        await pushImage(TRACED, '1.0.1')
        shows(
          await says(world, 'reconcile', 'service/web'),
          /^service\/web: requested at /,
          /^Follow it: alustan trace/,
        )
        await eventually('web has the new tag', 60, async () =>
          (await completes('web', world)).image === `${TRACED}:1.0.1` ? true : undefined,
        )
        await says(world, 'reconcile', 'terraform/vpc')
        await reaches('vpc', world, async ({ state: is }) => {
          const deploys = await list('jobs', world.namespace, 'alustan.io/step=deploy')
          return is === 'Completed' && deploys.length === 2
        })
      },
    ],
    previewsStep,
    ...faultSteps,
  ],
}
