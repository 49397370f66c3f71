import type { ApiObject } from '../../lib/engine/cluster.js'
import { canary } from '../canaries.js'

export const NAMESPACE = 'team'
export const IMAGE = 'team/app'
/** On GitHub. */
export const REPOSITORY = 'team/app'

/** A Service that runs the newest `1.x` of the image in workspace `staging`. */
export function service(name: string, spec: object = {}): ApiObject {
  return {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      workspace: 'staging',
      source: {
        repoURL: 'https://example.com/charts',
        path: 'app',
        releaseName: name,
        targetRevision: 'main',
        values: { cluster: '${workspace.CLUSTER}', image: IMAGE, password: '${workspace.PASSWORD:-none}' },
      },
      containerRegistry: { provider: 'docker', imageName: IMAGE, semanticVersion: '~1' },
      ...spec,
    },
  }
}

/** What of a Service's spec gives each pull request of a repository a copy. */
export function previewsOf(repository: string): object {
  const [gitOwner, gitRepo] = repository.split('/')
  return { previewEnvironment: { enabled: true, gitOwner, gitRepo } }
}

/** A Terraform with all three scripts. */
export function terraform(name: string, spec: object = {}): ApiObject {
  return {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Terraform',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      variables: { TF_VAR_region: 'one', TF_VAR_password: canary('variable') },
      scripts: { deploy: 'deploy', destroy: 'destroy' },
      postDeploy: { script: 'report' },
      containerRegistry: { provider: 'docker', imageName: IMAGE, semanticVersion: '~1' },
      ...spec,
    },
  }
}

/** The Secret of workspace `staging`. */
export function workspace(
  annotations: Record<string, string> = { CLUSTER: 'in-cluster', PASSWORD: canary('workspace') },
  name = 'staging',
): ApiObject {
  const labels = { 'alustan.io/secret-type': 'cluster', environment: 'staging' }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'alustan', labels, annotations } }
}
