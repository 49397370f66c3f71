import pLimit from 'p-limit'
import type { AlustanError, Attempt } from '../errors.js'
import { LABEL } from '../names.js'
import { type Output, parseOutput } from '../terraform/output.js'
import type { PodReport } from '../terraform/facts.js'
import { asPodFailure, type KubernetesApi } from './api.js'
import { livePods, podReport } from './pod-report.js'

/** Which run is asked about: `id` is another one for another run of the same name. */
export interface RunName {
  readonly namespace: string
  readonly job: string
  readonly id: string
  readonly isActive: boolean
}

/** What was read, or the `PodsForbidden` or `KubernetesUnreachable` that came instead; undefined while neither is known. */
export type Known<T> = Attempt<T> | undefined

/** What the pods of runs tell; asking never takes longer than a second. */
export interface RunReader {
  pods: (run: RunName) => Promise<Known<PodReport>>
  output: (run: RunName) => Promise<Known<Output>>
  /** Names of all pods of a Terraform that have not ended, also of those whose Job is gone. */
  livePods: (namespace: string, terraform: string) => Promise<Known<string[]>>
}

const PATIENCE_MS = 1000
const LIST_MS = 10_000
const LOG_MS = 30_000
/** How long what the pods of an active run told counts as new. */
const FRESH_MS = 1000
/** For how long a reading that nobody waited for counts. */
const LATE_MS = 5000
/** How many logs are read at a time: each may take some megabytes while it is read. */
const MAX_LOGS = 4
const MAX_REPORTS = 1000
/** An output has 200 KiB at most, and is needed until its ConfigMap is seen. */
const MAX_OUTPUTS = 100

const POD_GONE = 'its pod is gone, and its log with it; annotate alustan.io/requestedAt to run again'

/** Makes a reader over the Kubernetes API; without one nothing is known of pods, and no pod counts as live. */
export function createRunReader(api: KubernetesApi | undefined, now: () => number): RunReader {
  if (api === undefined) {
    return { pods: async () => undefined, output: async () => undefined, livePods: async () => ({ value: [] }) }
  }
  const attempts = createAttempts()
  const pods = remember<PodReport>(now, MAX_REPORTS, attempts)
  const outputs = remember<Output>(now, MAX_OUTPUTS, { ...attempts, toldLate: () => undefined })
  const live = remember<string[]>(now, MAX_REPORTS, attempts)
  const logs = pLimit(MAX_LOGS)
  const podsOfJob = (namespace: string, job: string, signal: AbortSignal) =>
    api.podsOf(namespace, `job-name=${job}`, signal)
  return {
    pods: ({ namespace, job, id, isActive }) =>
      pods(id, isActive ? FRESH_MS : Infinity, async signal => podReport(await podsOfJob(namespace, job, signal))),
    output: ({ namespace, job, id }) =>
      outputs(id, Infinity, async signal => {
        const found = await podsOfJob(namespace, job, signal)
        const pod = found.find(({ status }) => status.phase === 'Succeeded')
        if (pod === undefined) return { fault: POD_GONE }
        // It may wait for others, so its time begins anew.
        return logs(async () => parseOutput(await api.logOf(namespace, pod.metadata.name, AbortSignal.timeout(LOG_MS))))
      }),
    livePods: (namespace, terraform) =>
      live(`${namespace}/${terraform}`, 0, async signal =>
        livePods(await api.podsOf(namespace, `${LABEL.terraform}=${terraform}`, signal)),
      ),
  }
}

/** The reader of an installation that may not look at pods: none counts as live. */
export const blindRunReader: RunReader = {
  pods: async () => undefined,
  output: async () => ({
    value: { fault: 'this installation of alustan reads no logs of pods (READ_POD_LOGS is false)' },
  }),
  livePods: async () => ({ value: [] }),
}

type Read<T> = (signal: AbortSignal) => Promise<T>
type Remember<T> = (id: string, freshMs: number, read: Read<T>) => Promise<Known<T>>

/** A reading of the API: under way, or ended with an answer. */
interface Reading<T> {
  readonly value: Promise<Attempt<T>>
  /** Undefined while it is under way. */
  endedAt?: number
  /** Whether an answer of it was given to anybody in time. */
  isTold?: boolean
}

/**
 * One reading at a time for each id, kept while fresh. One that took longer than anybody waited counts once more: of an
 * API that is always slow nothing would ever be known. A failed one is tried again when it is asked for again.
 */
function remember<T>(now: () => number, max: number, { attemptRead, toldLate }: Attempts): Remember<T> {
  const readings = new Map<string, Reading<T>>()
  const isGood = ({ endedAt, isTold }: Reading<T>, freshMs: number): boolean =>
    endedAt === undefined || now() - endedAt < freshMs || (isTold !== true && now() - endedAt < LATE_MS)
  const begin = (id: string, read: Read<T>): Reading<T> => {
    const reading: Reading<T> = { value: attemptRead(read) }
    void reading.value.then(({ failure }) => {
      reading.endedAt = now()
      if (failure !== undefined && readings.get(id) === reading) readings.delete(id)
    })
    readings.set(id, reading)
    const oldest = readings.keys().next()
    if (readings.size > max && oldest.done === false) readings.delete(oldest.value)
    return reading
  }
  return async (id, freshMs, read) => {
    const known = readings.get(id)
    const reading = known !== undefined && isGood(known, freshMs) ? known : begin(id, read)
    const late = new Promise<undefined>(resolve => setTimeout(resolve, PATIENCE_MS, undefined).unref())
    const told = await Promise.race([reading.value, late])
    if (told === undefined) return toldLate()
    reading.isTold = true
    return told
  }
}

/** Reading with failures as values. */
interface Attempts {
  readonly attemptRead: <T>(read: Read<T>) => Promise<Attempt<T>>
  /** What there is to tell while a reading takes long: that the API did not answer the one before. */
  readonly toldLate: () => { failure: AlustanError } | undefined
}

function createAttempts(): Attempts {
  let unreachable: AlustanError | undefined
  return {
    async attemptRead(read) {
      try {
        const value = await read(AbortSignal.timeout(LIST_MS))
        unreachable = undefined
        return { value }
      } catch (thrown) {
        const failure = asPodFailure(thrown)
        unreachable = failure.reason === 'KubernetesUnreachable' ? failure : undefined
        return { failure }
      }
    },
    toldLate: () => unreachable && { failure: unreachable },
  }
}
