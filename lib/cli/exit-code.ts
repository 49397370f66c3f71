import type { AlustanError, Reason } from '../errors.js'

/** What the exit codes mean. */
export const EXIT_CODES: readonly (readonly [code: number, what: string])[] = [
  [0, 'all is well'],
  [1, 'what was given is wrong (options, files, environment), or did not come out right'],
  [2, 'the cluster cannot be asked: no kubectl, no kubeconfig, no answer, or it is too old'],
  [3, 'the cluster does not permit it'],
  [4, 'what was asked for does not exist, or its kind is not installed'],
  [5, 'the registry cannot be asked, or refuses'],
  [6, 'no tag satisfies the constraint'],
  [130, 'interrupted, which is how a trace that is watched ends (143: terminated)'],
]

const CODES: Partial<Record<Reason, number>> = {
  ClusterUnreachable: 2,
  ClusterTooOld: 2,
  Forbidden: 3,
  NotFound: 4,
  KindNotInstalled: 4,
  RegistryUnreachable: 5,
  RegistryTimeout: 5,
  AuthenticationFailed: 5,
  RateLimited: 5,
  ImageNotFound: 5,
  InvalidRegistryAnswer: 5,
  NoMatchingTag: 6,
}

/** The exit code that tells scripts what went wrong. */
export function exitCode({ reason }: AlustanError): number {
  return CODES[reason] ?? 1
}
