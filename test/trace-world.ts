import type { ApiObject } from '../lib/engine/cluster.js'

// Objects as a cluster has them, with just what `trace` and `graph` read.

const NAMESPACE = 'team-a'
const alustan = 'alustan.io/v1alpha1'

interface Ours {
  spec?: object
  status?: object
  generation?: number
  deletionTimestamp?: string
}

function ours(kind: string, name: string, { status, generation = 2, deletionTimestamp, ...more }: Ours): ApiObject {
  const conditions = [{ reason: 'X', lastTransitionTime: '2026-01-01T00:00:00Z' }]
  const stamped = (status as { conditions?: object[] } | undefined)?.conditions?.map(each => ({
    ...conditions[0],
    ...each,
  }))
  const metadata = {
    name,
    namespace: NAMESPACE,
    generation,
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  }
  return {
    apiVersion: alustan,
    kind,
    metadata,
    ...more,
    ...(status !== undefined && {
      status: { observedGeneration: 2, ...status, ...(stamped && { conditions: stamped }) },
    }),
  }
}

export function service(name: string, given: Ours = {}): ApiObject {
  const source = { repoURL: 'https://example.com/charts', values: { cluster: '${workspace.CLUSTER_NAME}' } }
  return ours('Service', name, { ...given, spec: { workspace: 'staging', source, ...given.spec } })
}

export function terraform(name: string, given: Ours = {}): ApiObject {
  return ours('Terraform', name, { ...given, spec: { scripts: { deploy: 'deploy' }, ...given.spec } })
}

export function secret(name: string, annotations: Record<string, string>): ApiObject {
  const labels = { 'alustan.io/secret-type': 'cluster', environment: 'staging' }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'alustan', labels, annotations } }
}

export function applicationSet(name: string, conditions: object[] = []): ApiObject {
  const labels = { 'alustan.io/service': name.replace('-preview', '') }
  const metadata = { name, namespace: NAMESPACE, uid: `uid-${name}`, labels }
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata, spec: {}, status: { conditions } }
}

export const deployment = (name: string, namespace = NAMESPACE) => ({
  group: 'apps',
  kind: 'Deployment',
  name,
  namespace,
})

interface GivenApplication {
  set?: string
  health?: string
  cluster?: string
  namespace?: string
  labels?: Record<string, string>
  resources?: object[]
}

export function application(name: string, given: GivenApplication = {}): ApiObject {
  const { set = name, health = 'Healthy', cluster = 'in-cluster', namespace = NAMESPACE, labels, resources } = given
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: set, uid: `uid-${set}` }
  const metadata = {
    name,
    namespace: NAMESPACE,
    labels: { 'alustan.io/service': set.replace('-preview', ''), ...labels },
    ownerReferences: [owner],
  }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata,
    spec: { destination: { name: cluster, namespace } },
    status: { health: { status: health }, sync: { status: 'Synced' }, resources: resources ?? [] },
  }
}

interface GivenPod {
  namespace?: string
  owner?: string
  hash?: string
  job?: string
  phase?: string
  waiting?: string
  exitCode?: number
}

export function pod(name: string, given: GivenPod): ApiObject {
  const { namespace = NAMESPACE, owner, hash, job, phase = 'Running', waiting, exitCode } = given
  const [kind = 'Job', ownerName = job ?? ''] = owner?.split('/') ?? []
  const labels = {
    ...(hash !== undefined && { 'pod-template-hash': hash }),
    ...(job !== undefined && { 'job-name': job, 'alustan.io/terraform': 'vpc' }),
  }
  const state = waiting
    ? { waiting: { reason: waiting } }
    : exitCode
      ? { terminated: { reason: 'Error', exitCode } }
      : {}
  const isReady = phase === 'Running' && waiting === undefined
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [{ apiVersion: 'v1', kind, name: ownerName, uid: '' }],
    },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      containerStatuses: [{ state }],
    },
  }
}

export function job(name: string, given: { createdAt: string; outcome?: string; step?: string }): ApiObject {
  const { createdAt, outcome, step = 'deploy' } = given
  const ended = {
    type: outcome,
    status: 'True',
    reason: 'BackoffLimitExceeded',
    lastTransitionTime: '2026-01-01T02:00:00Z',
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: NAMESPACE,
      creationTimestamp: createdAt,
      labels: { 'alustan.io/terraform': 'vpc', 'alustan.io/step': step },
      annotations: { 'alustan.io/image': 'a/infra:1.0.1' },
    },
    status: outcome === undefined ? {} : { conditions: [ended] },
  }
}
