import type { Seen } from './kubectl.js'
import { apply } from './kubectl.js'
import { run } from './shell.js'

/** Kinds that the chart makes objects of, and that a cluster without their operators does not know. */
const KINDS: readonly (readonly [plural: string, group: string, version: string, kind: string, scope: string])[] = [
  ['compositecontrollers', 'metacontroller.k8s.io', 'v1alpha1', 'CompositeController', 'Cluster'],
  ['servicemonitors', 'monitoring.coreos.com', 'v1', 'ServiceMonitor', 'Namespaced'],
  ['prometheusrules', 'monitoring.coreos.com', 'v1', 'PrometheusRule', 'Namespaced'],
]

/** Lets the cluster know kinds that it lacks, whatever is in them; returns what takes these away again. */
export async function standInKinds(): Promise<() => Promise<void>> {
  const made: string[] = []
  for (const [plural, group, version, kind, scope] of KINDS) {
    const name = `${plural}.${group}`
    if ((await run('kubectl', ['get', 'crd', name, '--ignore-not-found'])) !== '') continue
    await apply(definition(name, { plural, group, version, kind, scope }))
    made.push(name)
  }
  for (const name of made) await run('kubectl', ['wait', '--for=condition=Established', `crd/${name}`, '--timeout=60s'])
  return async () => {
    if (made.length > 0) await run('kubectl', ['delete', 'crd', ...made])
  }
}

/** Lets the cluster know our kinds. */
export async function ourKinds(): Promise<void> {
  const folder = 'metacontroller/crds'
  await run('kubectl', ['apply', '--server-side', '--force-conflicts', '-f', folder])
  await run('kubectl', ['wait', '--for=condition=Established', '--timeout=60s', '-f', folder])
}

function definition(name: string, { plural, group, version, kind, scope }: Record<string, string>): Seen {
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    // The API server asks for this in groups of k8s.io.
    metadata: { name, annotations: { 'api-approved.kubernetes.io': 'unapproved, stands in for the real one' } },
    spec: {
      group,
      scope,
      names: { plural, kind, singular: kind?.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  }
}
