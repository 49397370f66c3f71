/** Calls of a hook without a pause, as many at a time as there are workers. */
export interface Load {
  stop(): Promise<{ calls: number; failures: string[] }>
}

const WORKERS = 4

const PARENT = {
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: { name: 'load', namespace: 'default' },
  spec: { workspace: 'load', source: { repoURL: 'https://example.com/charts' } },
}

/** Begins to call `customize`, on connections that are kept open as Metacontroller's are. */
export function startLoad(url: string, token: string): Load {
  let isOver = false
  let calls = 0
  const failures: string[] = []
  const worker = async (): Promise<void> => {
    while (!isOver) {
      calls++
      const failure = await call(url, token).catch((fault: unknown) => `${String(fault)} ${causeOf(fault)}`)
      if (failure !== undefined) failures.push(`${new Date().toISOString()} ${failure}`)
      // A pause in which other work of this machine gets its turn.
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
  const workers = Array.from({ length: WORKERS }, worker)
  return {
    stop: async () => {
      isOver = true
      await Promise.all(workers)
      return { calls, failures }
    },
  }
}

async function call(url: string, token: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/services/customize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ controller: {}, parent: PARENT }),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  return answer.status === 200 ? undefined : `${answer.status} ${text}`
}

function causeOf(fault: unknown): string {
  return fault instanceof Error && fault.cause instanceof Error ? fault.cause.message : ''
}
