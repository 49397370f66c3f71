import { type Verdict, kstatus, stampConditions } from '../conditions.js'
import type { DeletedWith } from '../dependencies/deleted-with.js'
import type { Blocker } from '../dependencies/spec.js'
import type { AlustanError } from '../errors.js'
import type { TerraformFacts } from './facts.js'
import type { TerraformSituation } from './situation.js'
import type { TerraformStatus } from './spec.js'

/** What a status is made of. */
export interface TerraformReport {
  readonly state: TerraformStatus['state']
  readonly message: string
  /** One word for the condition Ready; the state when left out. */
  readonly reason?: string | undefined
  readonly isStalled?: boolean
  readonly image?: string | undefined
  readonly deployed?: string | undefined
  readonly run?: TerraformStatus['run']
  readonly outputs?: Record<string, unknown> | undefined
  readonly blockers?: readonly Blocker[]
  readonly deletedWith?: DeletedWith | undefined
  readonly verdicts?: readonly Verdict[]
}

/** Makes the status of a Terraform; the same report gives the same bytes. */
export function terraformStatus(
  { request, previous }: TerraformSituation,
  report: TerraformReport,
  { now, podFailure }: Pick<TerraformFacts, 'now' | 'podFailure'>,
): TerraformStatus {
  const {
    state,
    reason = state,
    isStalled = false,
    image,
    deployed,
    run,
    outputs,
    blockers = [],
    deletedWith,
    verdicts = [],
  } = report
  const message = podFailure === undefined ? report.message : `${report.message}; ${podFailure.message}`
  const standing = {
    isReady: state === 'Completed',
    isReconciling: state === 'Progressing',
    isStalled,
    reason,
    message,
  }
  return {
    state,
    message,
    ...(image !== undefined && { image }),
    ...(deployed !== undefined && { deployed }),
    ...(run !== undefined && { run }),
    ...(outputs !== undefined && { postDeployOutput: outputs }),
    ...(blockers.length > 0 && { blockedBy: [...blockers] }),
    ...(deletedWith !== undefined && { deletedWith }),
    conditions: stampConditions([...kstatus(standing), ...verdicts, ...podVerdict(podFailure)], previous.conditions, {
      now,
      generation: request.parent.metadata.generation,
    }),
  }
}

/** That pods can be read is the usual and needs no condition. */
function podVerdict(podFailure: AlustanError | undefined): Verdict[] {
  if (podFailure === undefined) return []
  return [{ type: 'PodsReadable', status: 'False', reason: podFailure.reason, message: podFailure.message }]
}
