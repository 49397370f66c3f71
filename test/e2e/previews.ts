import assert from 'node:assert/strict'
import { canary } from '../canaries.js'
import type { FakeGitHub, FakePull } from '../fake/github-state.js'
import { addRepository, fakePull, startFakeGitHub } from '../fake/github.js'
import { examples } from './examples.js'
import { pushImage, removeTag } from './images.js'
import { type Seen, apply, get, list, patch, remove } from './kubectl.js'
import { condition, copyRuns, isGone, previewOf, shaOf, statusOf, tagOf, until } from './preview-state.js'
import type { Scenario, World } from './scenario.js'
import { eventually } from './shell.js'

const REPOSITORY = 'alustan/web-app-demo'
const TOKEN = canary('github-token')

let github: FakeGitHub

function pulls(): FakePull[] {
  return github.repositories.get(REPOSITORY)?.pulls ?? []
}

function open(number: number, branch: string, world: World): void {
  pulls().push(fakePull(number, { branch, sha: shaOf(number, world) }))
}

function close(number: number): void {
  for (const pull of pulls()) if (pull.number === number) pull.state = 'closed'
}

const seen = new Map<number, string>()
const LOGIN = 'preview-feature-login-7-chart-example.local'
const SUM = 'preview-fix-emile-3-12-chart-example.local'

/** Copies for pull requests come, change and go, and outlive an outage of GitHub. */
export const previewsScenario: Scenario = {
  name: 'Previews',
  async prepare() {
    github = await startFakeGitHub()
    addRepository(github, REPOSITORY)
    github.tokens.set(TOKEN, { login: 'alustan', type: 'Bot', may: 'read' })
    const environment = { GITHUB_API_URL: github.url, GITHUB_TOKEN: TOKEN, PREVIEW_SYNC_INTERVAL: '2s' }
    return { environment, stop: () => github.close() }
  },
  steps: [
    [
      'two pull requests have copies in namespaces of their own, and their addresses are in the status',
      async world => {
        await pushImage('alustan/web', '1.1.0', '1.1.3', '1.2.0')
        await apply(...(await examples('workspace.yaml', world)))
        open(7, 'feature/login', world)
        open(12, 'Fix/Émile #3', world)
        pulls().push(fakePull(13, { labels: ['bug'] }))
        const [, web] = await examples('services.yaml', world)
        delete web.spec.dependencies
        await apply(web)
        seen.set(7, await copyRuns(7, '1.1.3', LOGIN, world))
        seen.set(12, await copyRuns(12, '1.1.3', SUM, world))
        const status = await until('the Service is Completed', world, ({ state }) => state === 'Completed')
        assert.deepEqual(status.previewURLs, [`https://${LOGIN}`, `https://${SUM}`])
        assert.equal(previewOf(status, 13), undefined)
        assert.notEqual(seen.get(7), seen.get(12))
      },
    ],
    [
      'a closed one goes with its Application, workloads and namespace; the other stays',
      async world => {
        const [pod] = await list('pods', seen.get(7) ?? '')
        close(12)
        await isGone(seen.get(12) ?? '', world)
        const [same] = await list('pods', seen.get(7) ?? '')
        assert.equal(same.metadata.uid, pod.metadata.uid)
        const status = await until('it left the status', world, each => previewOf(each, 12) === undefined)
        assert.deepEqual(status.previewURLs, [`https://${LOGIN}`])
        assert.equal(status.state, 'Completed')
      },
    ],
    [
      'GitHub is down: what runs stays, the condition says so, and it recovers by itself',
      async world => {
        github.fault = { kind: 'refuse' }
        close(7)
        const status = await until('the condition is False', world, each => {
          return condition(each, 'PullRequestsListed')?.status === 'False'
        })
        assert.equal(status.state, 'Completed')
        assert.deepEqual(status.previewURLs, [`https://${LOGIN}`])
        assert.ok(await get('namespace', seen.get(7) ?? '', 'default'))
        for (const pull of pulls()) if (pull.number === 7) pull.state = 'open'
        github.fault = undefined
        await until('the condition is True', world, each => condition(each, 'PullRequestsListed')?.status === 'True')
      },
    ],
    [
      'with imageTag a new copy waits for its image, and one that runs goes on until its own is there',
      async world => {
        const imageTag = 'pr-{{number}}-{{headShortSha}}'
        await patch('services.alustan.io', 'web-service', world.namespace, {
          spec: { previewEnvironment: { imageTag } },
        })
        open(20, 'gate', world)
        const status = await until('both wait', world, each =>
          [7, 20].every(number => previewOf(each, number)?.reason === 'waitingForImage'),
        )
        assert.equal(previewOf(status, 7).image, 'alustan/web:1.1.3')
        assert.equal(previewOf(status, 20).namespace, undefined)
        await pushImage('alustan/web', tagOf(7, world), tagOf(20, world))
        await copyRuns(7, tagOf(7, world), LOGIN, world)
        seen.set(20, await copyRuns(20, tagOf(20, world), 'preview-gate-20-chart-example.local', world))
        await removeTag('alustan/web', tagOf(7, world))
      },
    ],
    [
      'turned off, all copies go; turned on, they come again',
      async world => {
        const turn = (enabled: boolean) =>
          patch('services.alustan.io', 'web-service', world.namespace, { spec: { previewEnvironment: { enabled } } })
        await turn(false)
        await isGone(seen.get(7) ?? '', world)
        await isGone(seen.get(20) ?? '', world)
        assert.ok(await get('applicationset', 'web-service', world.namespace))
        await turn(true)
        await copyRuns(20, tagOf(20, world), 'preview-gate-20-chart-example.local', world)
      },
    ],
    [
      'with the Service its copies and their namespaces go',
      async world => {
        await remove('services.alustan.io', 'web-service', world.namespace)
        await isGone(seen.get(20) ?? '', world)
        await eventually('the Service is gone', 60, async () =>
          (await statusOf(world)) === undefined ? true : undefined,
        )
        for (const kind of ['applicationsets', 'applications', 'pods']) {
          assert.deepEqual(await list(kind, world.namespace), [])
        }
        await removeTag('alustan/web', tagOf(20, world))
      },
    ],
    [
      "of a Service in Argo CD's own namespace too a copy's namespace goes; the ApplicationSet stays, empty",
      async world => {
        const here = { ...world, namespace: 'argocd' }
        const [, web] = await examples('services.yaml', here)
        delete web.spec.dependencies
        try {
          close(7)
          await apply(web)
          const namespace = await copyRuns(20, '1.1.3', 'preview-gate-20-chart-example.local', here)
          close(20)
          await isGone(namespace, here)
          const set = await get('applicationset', 'web-service-preview', here.namespace)
          assert.deepEqual(set.spec.generators[0].list.elements, [])
          assert.ok(
            set.status.conditions.every(({ type, status }: Seen) => type !== 'ErrorOccurred' || status === 'False'),
          )
        } finally {
          await remove('services.alustan.io', 'web-service', here.namespace)
        }
      },
    ],
  ],
}
