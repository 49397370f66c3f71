import type { ApiObject } from '../lib/engine/cluster.js'
import { blocked, copyOf, preview, progressing, running, well, withPreviews, workspace } from './trace-objects.js'
import { application, applicationSet, deployment, pod, secret, service } from './trace-world.js'

/** What a login sees of a cluster: why, what is traced, what is there, and what the login may not list. */
export type Case = [why: string, name: string, objects: ApiObject[], forbidden?: string[]]

/** The cases of Services. */
export const serviceCases: Case[] = [
  ['a Service that runs: from its workspace to its own pods, none of a neighbour', 'service/web', [running, ...well]],
  [
    'a Service that is blocked: dependencies with their state, and where the chain ends',
    'service/web',
    [blocked, workspace, service('api', { status: { state: 'Blocked', message: 'waits for Terraform/vpc' } })],
  ],
  ['a Service that nobody looked at: what may be wrong with the installation', 'service/web', [service('web')]],
  [
    'a Service that was changed and not looked at since',
    'service/web',
    [service('web', { generation: 3, status: { state: 'Completed', message: 'synced and healthy' } }), ...well],
  ],
  [
    'a Service whose workspace lacks a value: the key is named, values are not',
    'service/web',
    [
      service('web', {
        spec: { source: { repoURL: 'x', values: { a: '${workspace.DB_NAME} ${workspace.DB_USER}' } } },
        status: { state: 'Error', message: "workspace 'staging' has no 'DB_USER': annotate its Secret" },
      }),
      workspace,
    ],
  ],
  ['a Service without Secret of its workspace', 'service/web', [running]],
  ['a Service whose workspace has two Secrets', 'service/web', [running, workspace, secret('twin', {})]],
  [
    'a Service whose pod cannot pull its image: the pod, the reason and the cure',
    'service/web',
    [
      progressing,
      workspace,
      applicationSet('web'),
      application('web', { health: 'Progressing', resources: [deployment('frontend')] }),
      pod('frontend-77c-a', { owner: 'ReplicaSet/frontend-77c', hash: '77c', waiting: 'ImagePullBackOff' }),
    ],
  ],
  [
    'a Service that Argo CD refuses',
    'service/web',
    [
      service('web', { status: { state: 'Failed', message: 'Argo CD refuses the ApplicationSet: no such cluster' } }),
      workspace,
      applicationSet('web', [{ type: 'ErrorOccurred', status: 'True', reason: 'x', message: 'no such cluster' }]),
    ],
  ],
  [
    'a Service with previews: those that are not well are named',
    'service/web',
    [
      withPreviews([copyOf(9, 'failed', 'is Degraded'), copyOf(7)]),
      ...well,
      applicationSet('web-preview'),
      preview(7),
      preview(9, 'Degraded'),
      pod('frontend-1-x', {
        namespace: 'preview-web-9',
        owner: 'ReplicaSet/frontend-1',
        hash: '1',
        waiting: 'CrashLoopBackOff',
      }),
    ],
  ],
  [
    'a Service on another cluster: its pods are not seen from here',
    'service/web',
    [running, workspace, applicationSet('web'), application('web', { cluster: 'eu-1' })],
  ],
  [
    'a Service that is suspended',
    'service/web',
    [service('web', { spec: { suspend: true }, status: { state: 'Completed', message: 'suspended' } }), ...well],
  ],
  [
    'a Service that is being deleted and still needed',
    'service/web',
    [
      service('web', {
        deletionTimestamp: '2026-01-01T00:00:00Z',
        status: {
          state: 'Blocked',
          message: 'is being deleted; waits for Service/shop, which still runs and depends on this',
          blockedBy: [{ kind: 'Service', name: 'shop', reason: 'still runs and depends on this' }],
        },
      }),
      ...well,
    ],
  ],
  [
    'a Service in a cycle: waiting is useless',
    'service/web',
    [
      service('web', {
        spec: { dependencies: { service: ['web2'] } },
        status: {
          state: 'Blocked',
          message: 'dependency cycle Service/web → Service/web2 → Service/web: none of these can start; remove one',
          blockedBy: [{ kind: 'Service', name: 'web2', reason: 'is Blocked' }],
          conditions: [{ type: 'Stalled', status: 'True', reason: 'DependencyCycle', message: 'cycle' }],
        },
      }),
      workspace,
    ],
  ],
  ['what the login may not see is said, and the rest is shown', 'service/web', [running, ...well], ['secrets', 'pods']],
]
