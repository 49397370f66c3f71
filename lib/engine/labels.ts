import type { LabelSelector } from './cluster.js'

/** Whether labels match a selector; without one everything matches. Throws on an operator that Kubernetes does not know. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Record<string, string> = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {}
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => matchesRequirement(labels[key], operator, values))
  )
}

function matchesRequirement(value: string | undefined, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      throw new Error(`label selector: '${operator}' is no operator; use In, NotIn, Exists or DoesNotExist`)
  }
}
