import { application, applicationSet, deployment, pod, secret, service } from './trace-world.js'

/** The Secret of the workspace, with a value that no trace may show. */
export const workspace = secret('staging', { CLUSTER_NAME: 'in-cluster', DB_NAME: 'never-shown' })
const blockedBy = [{ kind: 'Service', name: 'api', reason: 'is Blocked', waitsFor: ['Terraform/vpc'] }]

/** The Service that is traced, waiting for another. */
export const blocked = service('web', {
  spec: { dependencies: { service: ['api'], terraform: ['vpc'] } },
  status: {
    state: 'Blocked',
    message: 'waits for Service/api, which is Blocked',
    blockedBy,
    conditions: [
      { type: 'ImageResolved', status: 'True', message: "web:1.1.3 is the highest tag that satisfies '~1.1'" },
    ],
  },
})

/** The Service that is traced, when all is well. */
export const running = service('web', {
  status: { state: 'Completed', message: 'synced and healthy', image: 'a/web:1.1.3' },
})

/** The Service that is traced, on its way. */
export const progressing = service('web', {
  status: { state: 'Progressing', message: "Application 'web' is Synced and Progressing", image: 'a/web:1.1.3' },
})

/** What there is of a Service that runs, beside a pod of somebody else. */
export const well = [
  workspace,
  applicationSet('web'),
  application('web', { resources: [deployment('frontend')] }),
  pod('frontend-77c-a', { owner: 'ReplicaSet/frontend-77c', hash: '77c' }),
  pod('other-5d-b', { owner: 'ReplicaSet/other-5d', hash: '5d', waiting: 'CrashLoopBackOff' }),
]

/** The Application of the copy of a pull request. */
export const preview = (number: number, health = 'Healthy') =>
  application(`preview-web-${number}`, {
    set: 'web-preview',
    health,
    namespace: `preview-web-${number}`,
    resources: [deployment('frontend', `preview-web-${number}`)],
    labels: { 'alustan.io/preview': String(number) },
  })

/** What a status says of the copy of a pull request; without a reason it is up. */
export const copyOf = (number: number, reason?: string, message?: string) => ({
  number,
  branch: `branch-${number}`,
  sha: 'a'.repeat(40),
  urls: [],
  ...(reason === 'maxPreviews' || reason === 'waitingForImage' ? {} : { namespace: `preview-web-${number}` }),
  ...(reason !== undefined && { reason, message }),
})

/** The Service that is traced, with copies of pull requests. */
export const withPreviews = (previews: object[], conditions: object[] = []) =>
  service('web', {
    status: { state: 'Completed', message: 'synced and healthy', image: 'a/web:1.1.3', previews, conditions },
  })
