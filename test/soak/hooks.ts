import type { CallHook, HookAnswer } from '../../lib/engine/hook.js'
import type { VirtualTimers } from '../../lib/engine/timers.js'
import type { Replica } from './replica.js'

/** How calls of the hooks fail for a while: nobody listens, an answer of 500, no answer at all. */
export type HookFault = 'refused' | 'broken' | 'silent'

/** Replicas of the hooks behind one address, of which any is called. */
export interface Hooks {
  readonly call: CallHook
  readonly counts: { calls: number; starts: number }
  fail(fault: HookFault, seconds: number): void
  heal(): void
  /** One replica forgets all it knew; those whom it did not answer yet are cut off. */
  restart(index: number): Promise<void>
  close(): Promise<void>
}

/** Starts replicas. */
export async function startHooks(
  start: () => Promise<Replica>,
  count: number,
  { timers, pick }: { timers: VirtualTimers; pick: (limit: number) => number },
): Promise<Hooks> {
  const replicas = await Promise.all(Array.from({ length: count }, start))
  const cuts = replicas.map(() => new Set<(cause: Error) => void>())
  const counts = { calls: 0, starts: count }
  let fault: { kind: HookFault; until: number } | undefined

  const callReplica = async (...given: Parameters<CallHook>): Promise<HookAnswer> => {
    const index = pick(replicas.length)
    const cut = cuts[index]!
    let cutOff: (cause: Error) => void = () => undefined
    try {
      return await new Promise<HookAnswer>((resolve, reject) => {
        cutOff = reject
        cut.add(cutOff)
        replicas[index]!.call(...given).then(resolve, reject)
      })
    } finally {
      cut.delete(cutOff)
    }
  }

  return {
    counts,
    async call(...given) {
      counts.calls++
      if (fault === undefined || fault.until <= timers.now()) return callReplica(...given)
      if (fault.kind === 'refused') throw new Error('connect ECONNREFUSED')
      if (fault.kind === 'broken') return { status: 500, headers: {}, body: '{"error":"internal error"}' }
      return new Promise(() => undefined)
    },
    fail(kind, seconds) {
      fault = { kind, until: timers.now() + seconds * 1000 }
    },
    heal() {
      fault = undefined
    },
    async restart(index) {
      const old = replicas[index]!
      counts.starts++
      replicas[index] = await start()
      for (const cutOff of cuts[index]!) cutOff(new Error('read ECONNRESET'))
      await old.close()
    },
    async close() {
      await Promise.all(replicas.map(replica => replica.close()))
    },
  }
}
