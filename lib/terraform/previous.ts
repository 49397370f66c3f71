import { type Condition, readConditions } from '../conditions.js'
import { isRecord } from '../metacontroller.js'

const STATES = ['Progressing', 'Error', 'Success', 'Failed', 'Completed'] as const
const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed'] as const

/** What is read of the status that was written last; anything odd in it counts as not there, what is not read is kept. */
export interface PreviousStatus {
  readonly [field: string]: unknown
  readonly state: (typeof STATES)[number] | undefined
  readonly image: string | undefined
  readonly deployed: string | undefined
  readonly run: PreviousRun | undefined
  readonly conditions: Condition[]
}

interface PreviousRun {
  readonly job: string
  readonly phase: (typeof PHASES)[number]
  readonly requestedAt: string | undefined
  readonly image: string | undefined
  readonly exitCode: number | undefined
  readonly reason: string | undefined
}

/** Reads a status by hand: the API server has checked it by our schema, and it is read at every call. */
export function readPrevious(given: unknown): PreviousStatus {
  const status = isRecord(given) ? given : {}
  return {
    ...status,
    state: STATES.find(state => state === status.state),
    image: text(status.image),
    deployed: text(status.deployed),
    run: readRun(status.run),
    conditions: readConditions(status),
  }
}

function readRun(run: unknown): PreviousRun | undefined {
  if (!isRecord(run) || typeof run.job !== 'string') return undefined
  return {
    job: run.job,
    phase: PHASES.find(phase => phase === run.phase) ?? 'Pending',
    requestedAt: text(run.requestedAt),
    image: text(run.image),
    exitCode: typeof run.exitCode === 'number' ? run.exitCode : undefined,
    reason: text(run.reason),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
