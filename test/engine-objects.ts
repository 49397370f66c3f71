import type { ApiObject } from '../lib/engine/cluster.js'

/** The name and namespace of an object of the engine's tests. */
export const at = (name: string, namespace = 'n'): { name: string; namespace: string } => ({ name, namespace })

/** A Terraform, the parent in all these tests. */
export const parent = (name = 'x', spec: object = {}): ApiObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Terraform',
  metadata: at(name),
  spec,
})

/** A child that a hook wants. */
export const configMap = (name: string, data: object = {}, metadata: object = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...at(name), ...metadata },
  data,
})

/** A child whose template, here its image, cannot be changed. */
export const job = (name: string, image = 'a'): ApiObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: at(name),
  spec: { template: { image } },
})
