import {
  type Standing,
  type Verdict,
  kstatus,
  readConditions,
  stampConditions,
  suspendedConditions,
} from '../conditions.js'
import type { DeletedWith } from '../dependencies/deleted-with.js'
import type { Blocker } from '../dependencies/spec.js'
import { type KubernetesObject, type Parent, isRecord } from '../metacontroller.js'
import type { Previews } from '../preview/desired-previews.js'
import { askedPreviewsOf } from '../preview/previews-of.js'
import { previousPreviews } from '../preview/previous-previews.js'
import type { Application } from './application.js'
import { applicationSetConditions } from './observed.js'
import { type ServiceSpec, ServiceStatus } from './spec.js'

type State = ServiceStatus['state']

const STATES = ServiceStatus.shape.state.options

/** The status of a suspended Service: as it was, with a word about it. How its copies are told of is changed at once. */
export function suspendedStatus(parent: Parent, spec: ServiceSpec, now: string): ServiceStatus {
  const previous = isRecord(parent.status) ? parent.status : {}
  const { of } = previousPreviews(previous)
  const message = 'suspended: nothing is changed until spec.suspend is false'
  return {
    previewURLs: [],
    ...previous,
    ...(of !== undefined && { previewsOf: { ...of, feedback: askedPreviewsOf(spec)?.feedback ?? 'none' } }),
    conditions: suspendedConditions(readConditions(previous), message, { now, generation: parent.metadata.generation }),
    state: STATES.find(state => state === previous.state) ?? 'Progressing',
    message,
  }
}

/** What a status is made of. */
export interface Report {
  readonly state: State
  readonly message: string
  /** One word for the condition Ready; the state when left out. */
  readonly reason?: string
  /** Whether only an edit of the resource helps. */
  readonly isStalled: boolean
  readonly image: string | undefined
  readonly blockers: readonly Blocker[]
  readonly deletedWith?: DeletedWith
  readonly verdicts: readonly Verdict[]
  readonly set: KubernetesObject | undefined
  readonly applications: readonly Application[] | undefined
  readonly previews?: Pick<Previews, 'previews' | 'previewURLs' | 'of'>
}

/** Makes the status of a Service; the same report gives the same bytes. */
export function serviceStatus(parent: Parent, report: Report, now: string): ServiceStatus {
  const { state, message, image, blockers, deletedWith } = report
  return {
    state,
    message,
    ...(image !== undefined && { image }),
    ...previewStatus(report),
    ...healthStatus(report),
    ...(blockers.length > 0 && { blockedBy: [...blockers] }),
    ...(deletedWith !== undefined && { deletedWith }),
    conditions: stampConditions([...kstatus(standing(report)), ...report.verdicts], readConditions(parent.status), {
      now,
      generation: parent.metadata.generation,
    }),
  }
}

function previewStatus({
  previews: { previews, previewURLs, of } = { previews: [], previewURLs: [], of: undefined },
}: Report): Pick<ServiceStatus, 'previewURLs' | 'previews' | 'previewsOf'> {
  if (previews.length === 0) return { previewURLs: [...previewURLs] }
  return { previewURLs: [...previewURLs], previews: [...previews], ...(of !== undefined && { previewsOf: of }) }
}

function standing({ state, message, reason = state, isStalled }: Report): Standing {
  const isReconciling = state === 'Progressing' || state === 'Blocked'
  return { isReady: state === 'Completed', isReconciling, isStalled, reason, message }
}

function healthStatus({ set, applications }: Report): Pick<ServiceStatus, 'healthStatus'> {
  if (set === undefined && (applications ?? []).length === 0) return {}
  return {
    healthStatus: {
      applicationSet: {
        conditions: applicationSetConditions(set).map(({ type, status, reason, message }) => ({
          type,
          status,
          reason,
          message,
        })),
      },
      applications: (applications ?? []).map(({ metadata, status }) => ({
        name: metadata.name,
        health: status?.health?.status ?? 'Unknown',
        sync: status?.sync?.status ?? 'Unknown',
        ...(status?.health?.message !== undefined && { message: status.health.message }),
      })),
    },
  }
}
