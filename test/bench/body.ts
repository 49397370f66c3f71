const STATUS_RESOURCE = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  namespace: 'team',
  name: 'backend',
  status: 'Synced',
  health: { status: 'Healthy' },
}

/** What one call of `/services/sync` answers. */
interface Answer {
  status: unknown
  children: {
    metadata: { name: string }
    spec: { generators: [{ list: { elements: Record<string, string>[] } }] }
  }[]
}

/** A Service as the seed has it, deployed and healthy, as Metacontroller sends it. */
function request(name: string, image: string, previewEnvironment?: object) {
  const metadata = { name, namespace: 'team', uid: `uid-${name}`, generation: 3, resourceVersion: '1' }
  return {
    controller: {
      apiVersion: 'metacontroller.k8s.io/v1alpha1',
      kind: 'CompositeController',
      metadata: { name: 'alustan-services' },
    },
    parent: {
      apiVersion: 'alustan.io/v1alpha1',
      kind: 'Service',
      metadata,
      spec: {
        workspace: 'staging',
        source: {
          repoURL: 'https://github.com/alustan/cluster-manifests',
          path: 'application-helm',
          releaseName: 'backend-application',
          targetRevision: 'main',
          values: {
            cluster: '${workspace.CLUSTER_NAME}',
            service: 'backend',
            image: `${image}:0.2.0`,
            config: { DB_URL: 'postgresql://${workspace.DB_USER}:${workspace.DB_PASSWORD}@postgres:5432/app' },
            ingress: { hosts: [{ host: 'chart-example.local' }], tls: [{ hosts: ['chart-example.local'] }] },
          },
        },
        containerRegistry: { provider: 'docker', imageName: image, semanticVersion: '>=0.2.0' },
        dependencies: { service: ['auth-service'] },
        ...(previewEnvironment !== undefined && { previewEnvironment }),
      },
      status: undefined as unknown,
    },
    children: { 'ApplicationSet.argoproj.io/v1alpha1': {} as Record<string, unknown> },
    related: {
      'Secret.v1': {
        'alustan/staging': {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: {
            name: 'staging',
            namespace: 'alustan',
            labels: { 'alustan.io/secret-type': 'cluster', environment: 'staging' },
            annotations: { CLUSTER_NAME: 'in-cluster', DB_USER: 'app', DB_PASSWORD: 'change-me' },
          },
        },
      },
      'Service.alustan.io/v1alpha1': {
        'team/auth-service': {
          apiVersion: 'alustan.io/v1alpha1',
          kind: 'Service',
          metadata: { name: 'auth-service', namespace: 'team', generation: 1 },
          status: { state: 'Completed', observedGeneration: 1 },
        },
      },
      'ApplicationSet.argoproj.io/v1alpha1': {} as Record<string, unknown>,
      'Application.argoproj.io/v1alpha1': {} as Record<string, unknown>,
      'Job.batch/v1': {},
    },
    finalizing: false,
  }
}

/**
 * Sends a body to a hook until the answer settles, and returns the settled body padded to `bytes`. With a
 * `previewEnvironment` it has settled when there are as many copies as `maxPreviews` says.
 */
export async function settledBody(
  hooksURL: string,
  name: string,
  image: string,
  bytes: number,
  previewEnvironment?: { maxPreviews: number },
): Promise<string> {
  const body = request(name, image, previewEnvironment)
  for (let round = 0; round < 20; round++) {
    const answer = await fetch(`${hooksURL}/services/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { status, children } = (await answer.json()) as Answer
    body.parent.status = { ...(status as object), observedGeneration: 3 }
    for (const set of children) observe(body, set, name)
    const { state, previewURLs } = status as { state: string; previewURLs: string[] }
    if (state === 'Completed' && previewURLs.length === (previewEnvironment?.maxPreviews ?? 0)) break
    await new Promise(resolve => setTimeout(resolve, 300))
  }
  pad(body, bytes)
  return JSON.stringify(body)
}

/** What Metacontroller and Argo CD make of an ApplicationSet: it is owned, and its Applications are healthy. */
function observe(body: ReturnType<typeof request>, set: Answer['children'][0], service: string): void {
  const owned = { ...set.metadata, ownerReferences: [{ uid: `uid-${service}`, controller: true }] }
  const key = `team/${set.metadata.name}`
  body.children['ApplicationSet.argoproj.io/v1alpha1'][key] = { ...set, metadata: owned }
  body.related['ApplicationSet.argoproj.io/v1alpha1'][key] = { ...set, metadata: owned }
  for (const element of set.spec.generators[0].list.elements) {
    const { name, number, cluster, namespace, repoURL, path, targetRevision, releaseName, values } = element
    const source = { repoURL, path, targetRevision, helm: { releaseName, values } }
    const destination = { name: cluster, namespace }
    const labels = { 'alustan.io/service': service, ...(number !== undefined && { 'alustan.io/preview': number }) }
    body.related['Application.argoproj.io/v1alpha1'][`team/${name}`] = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name, namespace: 'team', labels },
      spec: { source, destination },
      status: {
        health: { status: 'Healthy' },
        sync: { status: 'Synced', comparedTo: { source, destination } },
        resources: [] as unknown[],
      },
    }
  }
}

/** Adds what real objects have much of: the resources that an Application lists. */
function pad(body: ReturnType<typeof request>, bytes: number): void {
  const [application] = Object.values(body.related['Application.argoproj.io/v1alpha1']) as {
    status: { resources: unknown[] }
  }[]
  const missing = bytes - JSON.stringify(body).length
  const each = JSON.stringify(STATUS_RESOURCE).length + 1
  for (let count = 0; count < missing / each; count++) application?.status.resources.push(STATUS_RESOURCE)
}
