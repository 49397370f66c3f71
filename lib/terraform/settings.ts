import { shortHash } from '../names.js'
import type { TerraformFacts } from './facts.js'
import type { Run } from './runs.js'
import type { TerraformSpec } from './spec.js'

const HASH_LENGTH = 10

/** A hash of what a run gets beside its input: a change of it alone deploys nothing anew, but tries a failed run again. */
export function settingsHash(spec: TerraformSpec): string {
  const { serviceAccountName, resources, nodeSelector, tolerations, retries, timeoutSeconds } = spec
  const { podSecurityContext, securityContext } = spec
  const settings = [serviceAccountName, resources, nodeSelector, tolerations, retries, timeoutSeconds]
  const isSecured = podSecurityContext !== undefined || securityContext !== undefined
  // Left out, it is the hash that Jobs have which were made before there were these two.
  const all = isSecured ? [...settings, podSecurityContext, securityContext] : settings
  return shortHash(JSON.stringify(all), HASH_LENGTH)
}

/** Whether resources, timeout and the like were edited since a run was made. */
export function hasOtherSettings(spec: TerraformSpec, { settings }: Run): boolean {
  return settings !== undefined && settings !== settingsHash(spec)
}

/** Whether a run was made before there were credentials to pull its image with. */
export function lacksPullSecret({ job: { spec } }: Run, { pullConfig }: Pick<TerraformFacts, 'pullConfig'>): boolean {
  return pullConfig !== undefined && !JSON.stringify(spec ?? null).includes('"imagePullSecrets"')
}
