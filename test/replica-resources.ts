import type { ApiObject } from '../lib/engine/cluster.js'

/** Of both resources. */
export const NAME = { name: 'api', namespace: 'team' }
const registry = (semanticVersion: string) => ({ provider: 'docker', imageName: 'team/app', semanticVersion })

/** The Service of a history, which takes tags in a range. */
export const service = (range: string): ApiObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: NAME,
  spec: {
    workspace: 'staging',
    source: { repoURL: 'https://example.com/x', values: { cluster: 'in-cluster', image: 'team/app' } },
    containerRegistry: registry(range),
  },
})

/** Its Terraform, which takes tags in a range. */
export const terraform = (range: string): ApiObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Terraform',
  metadata: NAME,
  spec: { scripts: { deploy: 'deploy', destroy: 'destroy' }, containerRegistry: registry(range) },
})
