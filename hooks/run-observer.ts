import type { FastifyBaseLogger } from 'fastify'
import type { Run } from '../lib/terraform/runs.js'
import type { TerraformSituation } from '../lib/terraform/situation.js'
import type { TerraformStatus } from '../lib/terraform/spec.js'
import { lastSeen } from './last-seen.js'
import type { Metrics } from './metrics.js'

/** Notes a run that has ended since the status was written. */
export type NoteRun = (log: FastifyBaseLogger, situation: TerraformSituation, answered: TerraformStatus['run']) => void

/** Makes the writer of a log line and a count for each run that ends: once for each Job. */
export function runObserver(metrics: Metrics): NoteRun {
  const isNew = lastSeen()
  return (log, situation, answered) => {
    const run = endedRun(situation)
    if (run?.outcome === undefined || !isNew(run.job.metadata.uid ?? run.name, run.endedAt)) return
    const { kind, metadata } = situation.request.parent
    const { step, outcome } = run
    const { reason = run.reason, exitCode } = answered?.job === run.name ? answered : {}
    const about = { kind, namespace: metadata.namespace, name: metadata.name, job: run.name, step, outcome }
    log.info({ ...about, reason, exitCode }, 'run ended')
    metrics.observeRun({ step, outcome })
  }
}

/** The run that the status still calls unfinished though its Job has ended. */
function endedRun({ runs, previous }: TerraformSituation): Run | undefined {
  const { job, phase } = previous.run ?? {}
  if (phase !== 'Pending' && phase !== 'Running') return undefined
  return runs.find(({ name, outcome }) => name === job && outcome !== undefined)
}
