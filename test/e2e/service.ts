import assert from 'node:assert/strict'
import { examples } from './examples.js'
import { pushImage, removeTag } from './images.js'
import { type Seen, apply, get, list, patch, remove } from './kubectl.js'
import type { Scenario, World } from './scenario.js'
import { completes, state } from './service-state.js'
import { eventually } from './shell.js'

/** Text that a template engine, YAML or a shell would mangle if one of them saw it as anything but data. */
const ODD_TEXT = 'a {{ .Values.x }} "b" \'c\'\n\tend: yes # no\n${not.ours} $${workspace.KEPT} \\ é\u2028'
const ARRIVES_AS = ODD_TEXT.replace('$${workspace', '${workspace')

async function podRuns(app: string, image: string, { namespace }: World): Promise<void> {
  await eventually(`a pod of ${app} runs ${image}`, 60, async () => {
    const pods = await list('pods', namespace, `app=${app}`)
    const images = pods.filter(pod => pod.status.phase === 'Running').map(pod => pod.spec.containers[0].image)
    if (images.length === 1 && images[0] === image) return true
    throw new Error(`running: ${images.join(', ')}`)
  })
}

/** The Helm values as the chart saw them. */
async function valuesOf(app: string, { namespace }: World): Promise<Seen> {
  const map = await get('configmap', `${app}-values`, namespace)
  return map && JSON.parse(map.data.values)
}

/** The seed's two Services from `kubectl apply` to running pods, and back to nothing. */
export const serviceScenario: Scenario = {
  name: 'Service',
  steps: [
    [
      'web-service is Blocked while api-service does not exist',
      async world => {
        await removeTag('alustan/backend', '0.3.0')
        await pushImage('alustan/backend', '0.1.0', '0.2.0', '0.2.1', 'latest')
        await pushImage('alustan/web', '1.1.0', '1.1.3', '1.2.0', '1.1.4-rc.1')
        await apply(...(await examples('workspace.yaml', world)))
        const [, web] = await examples('services.yaml', world)
        await apply(web)
        await eventually('web-service says what it waits for', 30, async () => {
          const status = await state('web-service', world)
          return status?.state === 'Blocked' && status.blockedBy[0].name === 'api-service' ? true : undefined
        })
        assert.equal(await get('applicationset', 'web-service', world.namespace), undefined)
      },
    ],
    [
      'both end Completed with pods that run the highest allowed tags',
      async world => {
        await apply(...(await examples('services.yaml', world)))
        const api = await completes('api-service', world)
        assert.equal(api.image, 'alustan/backend:0.2.1')
        const web = await completes('web-service', world)
        assert.equal(web.image, 'alustan/web:1.1.3')
        await podRuns('backend', 'localhost:5000/alustan/backend:0.2.1', world)
        await podRuns('frontend', 'localhost:5000/alustan/web:1.1.3', world)
        const set = await get('applicationset', 'web-service', world.namespace)
        assert.equal(set.metadata.labels['service.depends-on.alustan.io/api-service'], 'true')
      },
    ],
    [
      'a newer tag rolls out by itself',
      async world => {
        await pushImage('alustan/backend', '0.3.0')
        await podRuns('backend', 'localhost:5000/alustan/backend:0.3.0', world)
        assert.equal((await completes('api-service', world)).image, 'alustan/backend:0.3.0')
      },
    ],
    [
      'a tag that is taken away is left only after a fresh scan, and the status says so',
      async world => {
        await removeTag('alustan/backend', '0.3.0')
        await podRuns('backend', 'localhost:5000/alustan/backend:0.2.1', world)
        const { conditions } = await completes('api-service', world)
        const resolved = conditions.find(({ type }: Seen) => type === 'ImageResolved')
        assert.match(resolved.message, /from 0\.3\.0 to 0\.2\.1.* is gone/)
        await pushImage('alustan/backend', '0.3.0')
        await podRuns('backend', 'localhost:5000/alustan/backend:0.3.0', world)
      },
    ],
    [
      'a changed annotation of the workspace reaches the pods',
      async world => {
        await patch('secret', 'staging', world.secretsNamespace, { metadata: { annotations: { DB_NAME: 'renamed' } } })
        await eventually('the pod has the new DB_URL', 60, async () => {
          const pods = await list('pods', world.namespace, 'app=backend')
          const [pod] = pods.filter(({ status }) => status.phase === 'Running')
          return pod?.spec.containers[0].env[0].value.endsWith('/renamed') ? true : undefined
        })
        await completes('api-service', world)
      },
    ],
    [
      'values with braces, quotes and line breaks arrive byte for byte',
      async world => {
        await patch('services.alustan.io', 'api-service', world.namespace, {
          spec: { source: { values: { odd: ODD_TEXT, typed: [1, true, null, 'yes', '0123', 1.5], on: 'off' } } },
        })
        await eventually('the chart sees them', 60, async () => {
          const values = await valuesOf('backend', world)
          if (values?.odd === undefined) return undefined
          assert.equal(values.odd, ARRIVES_AS)
          assert.deepEqual(values.typed, [1, true, null, 'yes', '0123', 1.5])
          assert.equal(values.on, 'off')
          return true
        })
        await completes('api-service', world)
      },
    ],
    [
      'a missing annotation is named, and what runs goes on',
      async world => {
        await patch('secret', 'staging', world.secretsNamespace, { metadata: { annotations: { DB_USER: null } } })
        await eventually('api-service names the key', 30, async () => {
          const status = await state('api-service', world)
          return status.state === 'Error' && String(status.message).includes("'DB_USER'") ? true : undefined
        })
        assert.ok(await get('applicationset', 'api-service', world.namespace))
        await patch('secret', 'staging', world.secretsNamespace, { metadata: { annotations: { DB_USER: 'app' } } })
        await completes('api-service', world)
      },
    ],
    [
      'an ApplicationSet of somebody else is neither taken nor deleted',
      async world => {
        const spec = {
          generators: [],
          template: { metadata: { name: 'x' }, spec: { project: 'default', destination: {} } },
        }
        const metadata = { name: 'taken', namespace: world.namespace }
        await apply({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata, spec })
        const [service] = await examples('services.yaml', world)
        await apply({ ...service, metadata })
        await eventually('the conflict is named', 30, async () => {
          const status = await state('taken', world)
          return status.state === 'Error' && String(status.message).includes("ApplicationSet 'taken'")
            ? true
            : undefined
        })
        await remove('services.alustan.io', 'taken', world.namespace)
        await eventually('the Service is gone', 30, async () =>
          (await get('services.alustan.io', 'taken', world.namespace)) === undefined ? true : undefined,
        )
        const set = await get('applicationset', 'taken', world.namespace)
        assert.equal(set.metadata.ownerReferences, undefined)
        await remove('applicationset', 'taken', world.namespace)
      },
    ],
    [
      'api-service is not deleted before web-service',
      async world => {
        await remove('services.alustan.io', 'api-service', world.namespace)
        await eventually('api-service says who needs it', 30, async () => {
          const service = await get('services.alustan.io', 'api-service', world.namespace)
          return service.status.state === 'Blocked' && service.status.message.includes('web-service') ? true : undefined
        })
        await podRuns('backend', 'localhost:5000/alustan/backend:0.3.0', world)
        await remove('services.alustan.io', 'web-service', world.namespace)
        await eventually('web-service is gone before api-service', 90, async () => {
          const [api] = await list('pods', world.namespace, 'app=backend')
          const [web] = await list('pods', world.namespace, 'app=frontend')
          if (web !== undefined) assert.ok(api, 'the pod of api-service went first')
          return (await get('services.alustan.io', 'web-service', world.namespace)) === undefined ? true : undefined
        })
      },
    ],
    [
      'afterwards nothing is left',
      async world => {
        await eventually('everything is gone', 90, async () => {
          for (const kind of ['services.alustan.io', 'applicationsets', 'applications', 'deployments', 'pods']) {
            const left = await list(kind, world.namespace)
            if (left.length > 0) throw new Error(`${kind}: ${left.map(({ metadata }) => metadata.name).join(', ')}`)
          }
          return true
        })
      },
    ],
  ],
}
