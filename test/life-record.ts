import type { ScriptRun } from '../lib/cli/job-stand-in.js'
import type { ApiObject } from '../lib/engine/cluster.js'
import { ANNOTATION, LABEL } from '../lib/names.js'

/** A pod as it was seen. */
interface SeenPod {
  readonly name: string
  readonly terraform: string
  readonly step: string
  readonly job: string
  phase: string
}

/** What is watched over in a life: every pod that ever was, and what of it must never have been. */
export interface LifeRecord {
  readonly pods: Map<string, SeenPod>
  fault: string | undefined
  /** Somebody removed Jobs: a success that nobody saw yet may be lost with its Job, and is repeated. */
  isJobRemoved: boolean
  /** Somebody else stops what runs: who removed Jobs, or the garbage collector. Nobody else may. */
  isStopAllowed: boolean
  /** Looks at all objects; call it after each change of pods. */
  inspect(objects: readonly ApiObject[]): void
  /** Whether a script of this kind succeeded for a Terraform. */
  hasSucceeded(terraform: string, step: string): boolean
}

/** Starts a record. Two live pods of one Terraform, one stopped while it runs and a deploy done twice are faults at once. */
export function lifeRecord(): LifeRecord {
  const pods = new Map<string, SeenPod>()
  const record: LifeRecord = {
    pods,
    fault: undefined,
    isJobRemoved: false,
    isStopAllowed: false,
    inspect(objects) {
      const live = new Map<string, string>()
      for (const { kind, metadata, status } of objects) {
        if (kind !== 'Pod') continue
        const phase = (status as { phase?: string } | undefined)?.phase ?? 'Pending'
        const {
          [LABEL.terraform]: terraform = '',
          [LABEL.step]: step = '',
          'job-name': job = '',
        } = metadata.labels ?? {}
        const before = pods.get(metadata.uid ?? '')
        if (before === undefined) pods.set(metadata.uid ?? '', { name: metadata.name, terraform, step, job, phase })
        else before.phase = phase
        if (phase === 'Succeeded' || phase === 'Failed') continue
        const isStopped = phase === 'Running' && metadata.deletionTimestamp !== undefined
        if (isStopped && !record.isStopAllowed) record.fault ??= `${metadata.name} was stopped while it ran`
        const other = live.get(terraform)
        if (other !== undefined) record.fault ??= `two live pods: ${other}, ${metadata.name}`
        live.set(terraform, metadata.name)
      }
      const deploys = [...pods.values()].filter(({ step, phase }) => step === 'deploy' && phase === 'Succeeded')
      const twice = deploys.find(({ job }, index) => deploys.findIndex(other => other.job === job) < index)
      if (twice !== undefined && !record.isJobRemoved) record.fault ??= `${twice.job} deployed twice`
    },
    hasSucceeded: (terraform, step) =>
      [...pods.values()].some(pod => pod.terraform === terraform && pod.step === step && pod.phase === 'Succeeded'),
  }
  return record
}

/**
 * Scripts whose end is in their variables: CODE is the exit code of a deploy, WAITS why it never starts, and destroy
 * fails in as many attempts as DESTROY_FAILS says. They work on for five seconds after they were told to stop.
 */
export function lifeScripts(): (object: ApiObject) => ScriptRun {
  const jobs = new Map<string, { env: Record<string, string>; attempt: number }>()
  return ({ kind, metadata, spec }) => {
    const name = kind === 'Job' ? metadata.name : (metadata.labels?.['job-name'] ?? '')
    if (kind === 'Job') {
      const template = spec as { template: { spec: { containers: [{ env: { name: string; value: string }[] }] } } }
      const { env } = template.template.spec.containers[0]
      const attempt = Number(metadata.annotations?.[ANNOTATION.attempt] ?? 0)
      jobs.set(name, { env: Object.fromEntries(env.map(({ name, value }) => [name, value])), attempt })
    }
    const { env = {}, attempt = 0 } = jobs.get(name) ?? {}
    const step = metadata.labels?.[LABEL.step]
    const isFailing = step === 'destroy' && attempt <= Number(env.DESTROY_FAILS ?? 0)
    return {
      milliseconds: 700,
      exitCode: isFailing ? 1 : step === 'deploy' ? Number(env.CODE ?? 0) : 0,
      log: step === 'postdeploy' ? `{"outputs":{"region":"${env.TF_VAR_region ?? ''}"}}` : '',
      stopMilliseconds: 5000,
      waitsFor: step === 'deploy' ? env.WAITS : undefined,
    }
  }
}
