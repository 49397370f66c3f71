import { type Output, parseOutput } from '../terraform/output.js'
import type { PodReport } from '../terraform/facts.js'
import type { KubernetesApi } from './api.js'
import { podReport } from './pod-report.js'

/** Which run is asked about: `id` is another one for another run of the same name. */
export interface RunName {
  readonly namespace: string
  readonly job: string
  readonly id: string
  readonly isActive: boolean
}

/** What the pods of runs tell; asking never takes longer than a second, and what is not known yet is undefined. */
export interface RunReader {
  pods: (run: RunName) => Promise<PodReport | undefined>
  output: (run: RunName) => Promise<Output | undefined>
}

const PATIENCE_MS = 1000
const REQUEST_MS = 30_000
/** How long what the pods of an active run told counts as new. */
const FRESH_MS = 1000
const MAX_REMEMBERED = 1000

/** Makes a reader over the Kubernetes API; without one nothing is known of pods. */
export function createRunReader(api: KubernetesApi | undefined, now: () => number): RunReader {
  const pods = remember<PodReport>(now)
  const outputs = remember<Output>(now)
  return {
    pods: async ({ namespace, job, id, isActive }) =>
      api &&
      pods(id, isActive ? FRESH_MS : Infinity, async signal => podReport(await api.podsOf(namespace, job, signal))),
    output: async ({ namespace, job, id }) =>
      api &&
      outputs(id, Infinity, async signal => {
        const found = await api.podsOf(namespace, job, signal)
        const pod = found.find(({ status }) => status.phase === 'Succeeded')
        if (pod === undefined)
          return { fault: 'its pod is gone, and its log with it; annotate alustan.io/requestedAt to run again' }
        return parseOutput(await api.logOf(namespace, pod.metadata.name, signal))
      }),
  }
}

/** The reader of an installation that may not look at pods. */
export const blindRunReader: RunReader = {
  pods: async () => undefined,
  output: async () => ({ fault: 'this installation of alustan reads no logs of pods (READ_POD_LOGS is false)' }),
}

type Remember<T> = (id: string, freshMs: number, read: (signal: AbortSignal) => Promise<T>) => Promise<T | undefined>

/** One reading at a time for each id, kept while fresh; a failed one is tried again when it is asked for again. */
function remember<T>(now: () => number): Remember<T> {
  const readings = new Map<string, { at: number; value: Promise<T | undefined> }>()
  return async (id, freshMs, read) => {
    let reading = readings.get(id)
    if (reading === undefined || now() - reading.at > freshMs) {
      reading = { at: now(), value: read(AbortSignal.timeout(REQUEST_MS)).catch(() => undefined) }
      void reading.value.then(value => value ?? readings.delete(id))
      readings.set(id, reading)
      const oldest = readings.keys().next()
      if (readings.size > MAX_REMEMBERED && oldest.done === false) readings.delete(oldest.value)
    }
    const late = new Promise<undefined>(resolve => setTimeout(resolve, PATIENCE_MS, undefined).unref())
    return Promise.race([reading.value, late])
  }
}
