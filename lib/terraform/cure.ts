import type { Run, Step } from './runs.js'

const LOCKED = 'the script was killed, so its state may still be locked: look before you unlock it'

/** What to do about why a run does not start or failed, by the words of kubelet, scheduler and Job controller. */
const CURES: Readonly<Record<string, (image: string, step: Step) => string>> = {
  ErrImagePull: notPulled,
  ImagePullBackOff: notPulled,
  InvalidImageName: notPulled,
  CreateContainerConfigError: () => 'a Secret or ConfigMap of spec.variablesFrom is missing; create it',
  Unschedulable: () => 'no node takes it; check spec.resources, nodeSelector and tolerations, or add a node',
  PodNotCreated: () =>
    'its pod is refused; check quotas, admission policies (spec.podSecurityContext, securityContext) and spec.serviceAccountName',
  StartError: notExecuted,
  ContainerCannotRun: notExecuted,
  OOMKilled: () => `raise spec.resources.limits.memory; ${LOCKED}`,
  Evicted: () => `its node ran out of memory or disk; set spec.resources.requests; ${LOCKED}`,
  DeadlineExceeded: () => `raise spec.timeoutSeconds; ${LOCKED}`,
}

/** By exit code, where no reason says more; shells end so. */
const CURES_BY_CODE: Readonly<Record<number, string>> = {
  126: 'the script is not executable; chmod +x it in the image',
  127: 'the script, or a program that it calls, is not in the image',
  137: LOCKED,
}

/** The cure for a reason or else for an exit code; undefined where only the log can tell. */
export function cureOf(
  reason: string,
  exitCode: number | undefined,
  { image = '', step }: Pick<Run, 'image' | 'step'>,
): string | undefined {
  if (Object.hasOwn(CURES, reason)) return CURES[reason]?.(image, step)
  return exitCode === undefined ? undefined : CURES_BY_CODE[exitCode]
}

function notPulled(image: string, step: Step): string {
  // A destroy runs what was deployed, whatever is newer.
  const orNewer = step === 'destroy' ? '' : ', or push a newer tag'
  return `'${image}' cannot be pulled; check that it exists and that its registry lets the cluster in${orNewer}`
}

function notExecuted(image: string): string {
  return `the start command of '${image}' cannot be run; check its CMD and that it is built for this kind of node`
}
