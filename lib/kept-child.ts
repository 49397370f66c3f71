import type { DesiredChild, KubernetesObject } from './metacontroller.js'

/** Whether a label or annotation is one that alustan writes; the others of `app.kubernetes.io` are of users. */
function isOurs(key: string): boolean {
  return /^([a-z-]+\.)*alustan\.io\//.test(key) || key === 'app.kubernetes.io/managed-by'
}

function ours(map: Record<string, string> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => isOurs(key)))
}

/**
 * An observed child as an answer that changes nothing of it: what the API server, Metacontroller and others wrote into
 * it (status, owner references, foreign labels) is left out, since an answer lays claim to all that it holds.
 */
export function keptChild(observed: KubernetesObject, namespace: string): DesiredChild {
  const { status, ...content } = observed
  const { metadata } = content
  return {
    ...content,
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace ?? namespace,
      labels: ours(metadata.labels),
      annotations: ours(metadata.annotations),
    },
  }
}
