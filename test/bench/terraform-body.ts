/** What one call of `/terraforms/sync` answers. */
interface Answer {
  status: { state: string; run?: { requestedAt?: string } }
  children: { kind: string; metadata: { name: string; annotations: Record<string, string> } }[]
}

const LONG_AGO = '2026-01-01T00:00:00Z'

/** An entry of `managedFields`, of which real objects have much. */
const MANAGED = {
  manager: 'metacontroller',
  operation: 'Apply',
  apiVersion: 'batch/v1',
  time: LONG_AGO,
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"script"}': { '.': {} } } } } } },
}

/** A Terraform as the seed has it, as Metacontroller sends it. */
function request(name: string, image: string) {
  const metadata = { name, namespace: 'team', uid: `uid-${name}`, generation: 3, resourceVersion: '1' }
  return {
    controller: {
      apiVersion: 'metacontroller.k8s.io/v1alpha1',
      kind: 'CompositeController',
      metadata: { name: 'alustan-terraforms' },
    },
    parent: {
      apiVersion: 'alustan.io/v1alpha1',
      kind: 'Terraform',
      metadata,
      spec: {
        variables: {
          TF_VAR_workspace: 'staging',
          TF_VAR_region: 'us-east-1',
          TF_VAR_provision_cluster: 'true',
          TF_VAR_provision_db: 'false',
          TF_VAR_vpc_cidr: '10.1.0.0/16',
        },
        scripts: { deploy: 'deploy', destroy: 'destroy -c' },
        postDeploy: { script: 'aws-resource', args: { workspace: 'TF_VAR_workspace', region: 'TF_VAR_region' } },
        containerRegistry: { provider: 'docker', imageName: image, semanticVersion: '~0.2.0' },
      },
      status: undefined as unknown,
    },
    children: {
      'Job.batch/v1': {} as Record<string, unknown>,
      'ConfigMap.v1': {} as Record<string, unknown>,
      'Secret.v1': {},
    },
    related: {
      'ConfigMap.v1': {},
      'Secret.v1': {},
      'ApplicationSet.argoproj.io/v1alpha1': {},
      'Application.argoproj.io/v1alpha1': {},
      'Job.batch/v1': {},
    },
    finalizing: false,
  }
}

/** Sends a Terraform to the hooks until all its runs are done, and returns that body padded to `bytes`. */
export async function settledTerraform(hooksURL: string, name: string, image: string, bytes: number): Promise<string> {
  const body = request(name, image)
  for (let round = 0; round < 20; round++) {
    const answer = await fetch(`${hooksURL}/terraforms/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { status, children } = (await answer.json()) as Answer
    // What was announced just now counts as announced long ago.
    const run = status.run && { ...status.run, ...(status.run.requestedAt !== undefined && { requestedAt: LONG_AGO }) }
    body.parent.status = { ...status, run, observedGeneration: 3 }
    if (status.state === 'Completed') return padded(body, bytes)
    if (children.length === 0) await new Promise(resolve => setTimeout(resolve, 300))
    for (const child of children) observe(body, child)
  }
  throw new Error(`the Terraform does not settle: ${JSON.stringify(body.parent.status)}`)
}

/** Puts a Job into the request as one that has succeeded, and the outputs of a postDeploy. */
function observe(body: ReturnType<typeof request>, child: Answer['children'][0]): void {
  const { name } = child.metadata
  const owned = { ownerReferences: [{ uid: body.parent.metadata.uid, controller: true }] }
  const condition = { type: 'Complete', status: 'True', lastTransitionTime: LONG_AGO }
  body.children['Job.batch/v1'][`team/${name}`] = {
    ...child,
    metadata: { ...child.metadata, ...owned, uid: `uid-${name}`, creationTimestamp: LONG_AGO, managedFields: [] },
    status: { succeeded: 1, conditions: [condition] },
  }
  if (!name.includes('-postdeploy-')) return
  const output = `${body.parent.metadata.name}-output`
  body.children['ConfigMap.v1'][`team/${output}`] = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: output,
      namespace: 'team',
      labels: { 'alustan.io/terraform': body.parent.metadata.name },
      annotations: { 'alustan.io/output-of': `${name}@${LONG_AGO}` },
      ...owned,
    },
    data: { 'outputs.json': '{"externalresources":[{"Service":"RDS"}]}' },
  }
}

/** The body as JSON of at least `bytes`. */
function padded(body: ReturnType<typeof request>, bytes: number): string {
  const [job] = Object.values(body.children['Job.batch/v1']) as { metadata: { managedFields: unknown[] } }[]
  while (JSON.stringify(body).length < bytes) job?.metadata.managedFields.push(MANAGED)
  return JSON.stringify(body)
}
