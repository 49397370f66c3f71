import assert from 'node:assert/strict'
import { pushScripts, removeBlob, removeTag } from './images.js'
import { type Seen, apply, get, list, patch, remove } from './kubectl.js'
import type { Scenario, World } from './scenario.js'
import { eventually } from './shell.js'
import { INFRASTRUCTURE as IMAGE, reaches, terraform } from './terraform-state.js'

const KIND = 'terraforms.alustan.io'

const SCRIPTS = {
  deploy: 'echo "deploys $TF_VAR_region"; sleep "${PAUSE:-0}"; exit "${CODE:-0}"',
  destroy: 'echo "destroys $*"; sleep 2',
  report:
    'echo "noise { not json"; echo "{\\"outputs\\": {\\"args\\": \\"$*\\", \\"region\\": \\"$TF_VAR_region\\", \\"key\\": {\\"value\\": \\"canary\\", \\"sensitive\\": true}}}"; echo done',
}

const isCompleted = ({ state }: Seen) => state === 'Completed'

async function jobs({ namespace }: World, step: string): Promise<Seen[]> {
  return list('jobs', namespace, `alustan.io/step=${step}`)
}

async function isDestroyed(name: string, world: World): Promise<void> {
  await eventually('the destroy script runs with its argument', 180, async () => {
    const [job] = await jobs(world, 'destroy')
    const env: Seen[] = job?.spec.template.spec.containers[0].env ?? []
    const value = (wanted: string) => env.find(({ name: is }) => is === wanted)?.value
    return value('SCRIPT') === './destroy' && value('ARGS') === '-c' ? true : undefined
  })
  await eventually('the Terraform is gone', 180, async () =>
    (await get(KIND, name, world.namespace)) === undefined ? true : undefined,
  )
}

/** Infrastructure from the first deploy to destroy, with real containers. */
export const terraformScenario: Scenario = {
  name: 'Terraform',
  steps: [
    [
      'the highest allowed tag deploys, and its outputs are in status',
      async world => {
        for (const tag of ['1.0.2', '1.0.3', '1.0.4']) await removeTag(IMAGE, tag)
        await pushScripts(IMAGE, SCRIPTS, '1.0.0', '1.0.1', '1.1.0')
        await apply(terraform('staging', world))
        const status = await reaches('staging', world, isCompleted)
        assert.match(status.image, /\/alustan\/infrastructure:1\.0\.1$/)
        assert.deepEqual(status.postDeployOutput, { args: '-region=us-east-1', region: 'us-east-1' })
        const [job] = await jobs(world, 'deploy')
        assert.equal(job.spec.template.spec.automountServiceAccountToken, false)
      },
    ],
    [
      'a newer tag deploys by itself, once',
      async world => {
        await pushScripts(IMAGE, SCRIPTS, '1.0.2')
        await reaches('staging', world, status => isCompleted(status) && status.image.endsWith(':1.0.2'))
        assert.equal((await jobs(world, 'deploy')).length, 2)
      },
    ],
    [
      'an image that cannot be pulled is told with its cure, and gives way to a newer tag',
      async world => {
        const layer = await pushScripts(IMAGE, { ...SCRIPTS, marker: `# ${world.namespace}` }, '1.0.3')
        await removeBlob(IMAGE, layer)
        const isNotPulled = ({ run }: Seen) => run?.reason === 'ErrImagePull' || run?.reason === 'ImagePullBackOff'
        const { run, message, image } = await reaches('staging', world, isNotPulled)
        assert.match(message, /infrastructure:1\.0\.3' cannot be pulled; check that it exists .* or push a newer tag/)
        assert.match(image, /:1\.0\.2$/, 'destroy would run with what was deployed')
        await pushScripts(IMAGE, SCRIPTS, '1.0.4')
        await reaches('staging', world, status => isCompleted(status) && status.image.endsWith(':1.0.4'))
        assert.equal(await get('job', run.job, world.namespace), undefined)
      },
    ],
    [
      'variables come from a Secret, and nothing of it is copied',
      async world => {
        const metadata = { name: 'cloud', namespace: world.namespace }
        await apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { CLOUD_ZONE: 'zone-of-secret' } })
        const args = { region: 'TF_VAR_region', zone: 'CLOUD_ZONE' }
        await apply(
          terraform('from-secret', world, {
            variablesFrom: [{ secretRef: { name: 'cloud' } }],
            postDeploy: { script: 'report', args },
            scripts: { deploy: 'deploy' },
          }),
        )
        const { postDeployOutput } = await reaches('from-secret', world, isCompleted)
        assert.equal(postDeployOutput.args, '-region=us-east-1 -zone=zone-of-secret')
        const made = (await list('jobs', world.namespace)).filter(({ metadata: { name } }) =>
          name.startsWith('from-secret'),
        )
        assert.ok(!JSON.stringify(made).includes('zone-of-secret'))
        await remove(KIND, 'from-secret', world.namespace)
        await eventually('it goes without a destroy, since it has no such script', 30, async () =>
          (await get(KIND, 'from-secret', world.namespace)) === undefined ? true : undefined,
        )
      },
    ],
    [
      'a Job that somebody deletes ends before the next run begins',
      async world => {
        await patch(KIND, 'staging', world.namespace, { spec: { variables: { PAUSE: '6' } } })
        const isRunning = ({ run }: Seen) => run?.phase === 'Running' && run.job.includes('-deploy-')
        const { run } = await reaches('staging', world, isRunning)
        await remove('job', run.job, world.namespace)
        const most = { live: 0 }
        await reaches('staging', world, async status => {
          const pods = await list('pods', world.namespace, 'alustan.io/terraform=staging')
          const live = pods.filter(({ status: { phase } }) => phase === 'Running' || phase === 'Pending')
          most.live = Math.max(most.live, live.length)
          return isCompleted(status)
        })
        assert.equal(most.live, 1)
        await patch(KIND, 'staging', world.namespace, { spec: { variables: { PAUSE: null } } })
        await reaches('staging', world, isCompleted)
      },
    ],
    [
      'an edit during a run waits for its end',
      async world => {
        await patch(KIND, 'staging', world.namespace, { spec: { variables: { PAUSE: '5' } } })
        const slow = await reaches(
          'staging',
          world,
          ({ run }) => run?.phase === 'Running' && run.job.includes('-deploy-'),
        )
        await patch(KIND, 'staging', world.namespace, {
          spec: { variables: { PAUSE: null, TF_VAR_region: 'eu-west-1' } },
        })
        const waiting = await reaches('staging', world, ({ message }) => message.includes('newer input waits'))
        assert.equal(waiting.run.job, slow.run.job)
        const status = await reaches('staging', world, status => isCompleted(status) && status.run.job !== slow.run.job)
        assert.equal(status.postDeployOutput.region, 'eu-west-1')
        assert.equal((await get('job', slow.run.job, world.namespace)).status.succeeded, 1)
      },
    ],
    [
      'a script that fails is Failed with its exit code, and an edit repairs it',
      async world => {
        await patch(KIND, 'staging', world.namespace, { spec: { variables: { CODE: '3' } } })
        const { run, message } = await reaches(
          'staging',
          world,
          ({ state, run }) => state === 'Failed' && run.exitCode === 3,
        )
        assert.ok(message.includes(`kubectl -n ${world.namespace} logs job/${run.job}`))
        await patch(KIND, 'staging', world.namespace, { spec: { variables: { CODE: null } } })
        await reaches('staging', world, isCompleted)
      },
    ],
    [
      'a run that cannot start says why, and gives way to an edit',
      async world => {
        await patch(KIND, 'staging', world.namespace, {
          spec: { resources: { requests: { cpu: '1000' } }, variables: { N: '1' } },
        })
        await reaches('staging', world, ({ run }) => run?.reason === 'Unschedulable')
        await patch(KIND, 'staging', world.namespace, { spec: { resources: null, variables: { N: '2' } } })
        await reaches('staging', world, isCompleted)
      },
    ],
    [
      'what somebody else named so is neither taken nor a hindrance to the deploy',
      async world => {
        const metadata = { name: 'taken-output', namespace: world.namespace }
        await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { mine: 'yes' } })
        await apply(terraform('taken', world))
        const status = await reaches('taken', world, ({ state }) => state === 'Error')
        assert.match(status.message, /ConfigMap 'taken-output' belongs to somebody else/)
        assert.deepEqual((await get('configmap', 'taken-output', world.namespace)).data, { mine: 'yes' })
        await patch(KIND, 'taken', world.namespace, { spec: { deletionPolicy: 'retain' } })
        await remove(KIND, 'taken', world.namespace)
        await eventually('it is let go without a destroy', 30, async () =>
          (await get(KIND, 'taken', world.namespace)) === undefined ? true : undefined,
        )
        assert.ok(await get('configmap', 'taken-output', world.namespace))
      },
    ],
    [
      'deleting runs destroy, in the background',
      async world => {
        await remove(KIND, 'staging', world.namespace)
        await isDestroyed('staging', world)
      },
    ],
    [
      'deleting runs destroy, in the foreground too',
      async world => {
        await apply(terraform('second', world))
        await reaches('second', world, isCompleted)
        await eventually('the jobs of the first are gone', 60, async () =>
          (await jobs(world, 'destroy')).length === 0 ? true : undefined,
        )
        await remove(KIND, 'second', world.namespace, '--cascade=foreground')
        await isDestroyed('second', world)
      },
    ],
  ],
}
