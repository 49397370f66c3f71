import pLimit from 'p-limit'
import { AlustanError } from '../errors.js'
import { systemClock, type Clock } from '../refresh/clock.js'
import { remember } from '../remember.js'
import type { GitHubClient } from './client.js'
import type { Feedback, FeedbackNote, Telling } from './feedback-note.js'
import { writeComment } from './write-comment.js'
import { writeDeployment } from './write-deployment.js'
import { createWriter } from './writer.js'

export interface FeedbackDeps {
  readonly client: GitHubClient
  readonly clock?: Clock
  /** Told of each failure. */
  readonly onFailure?: (failure: AlustanError) => void
}

const KINDS = {
  comment: { write: writeComment, act: 'comment on pull requests of', permission: 'Pull requests: write' },
  deployment: { write: writeDeployment, act: 'write deployments of', permission: 'Deployments: write' },
} as const

/** GitHub asks for a second between writes (docs.github.com/rest/using-the-rest-api/best-practices). */
const WRITE_PAUSE_MS = 1000
/** What was noted longer ago may be outdated, by another replica too; the next sync notes it again. */
const OUTDATED_MS = 300_000
/** What was written is looked at again after this time: somebody may have changed it. */
const VERIFIED_MS = 3_600_000
const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 3_600_000

interface Written {
  readonly text: string
  readonly at: number
}

interface Task {
  readonly kind: FeedbackNote['kind']
  readonly telling: Telling
  readonly at: number
}

interface Failed {
  readonly failure: AlustanError
  readonly times: number
  readonly until: number
}

/**
 * Makes the writer of feedback: one thing at a time, within the quota, only what changed. Its memory saves requests and
 * decides nothing: what is there is always looked for first, so that restarts and replicas write nothing twice.
 */
export function createFeedback({ client, clock = systemClock, onFailure }: FeedbackDeps): Feedback {
  const written = new Map<string, Written>()
  const failed = new Map<string, Failed>()
  const pending = new Map<string, Task>()
  /** Copies that are gone and not told of yet: the status of their Service does not remember them. */
  const owed = new Map<string, Task>()
  const inTurn = pLimit(1)
  let isClosed = false

  const pause = (ms: number): Promise<void> =>
    ms <= 0 ? Promise.resolve() : new Promise(resolve => clock.after(ms, resolve))

  const write = async (key: string): Promise<void> => {
    const task = pending.get(key)
    pending.delete(key)
    if (task === undefined || isClosed) return
    const { kind, telling } = task
    if (telling.preview !== undefined && clock.now() - task.at > OUTDATED_MS) return
    const service = serviceKey(telling.service)
    if ((failed.get(service)?.until ?? 0) > clock.now()) return
    try {
      const writes = await tell(kind, telling, client)
      remember(written, key, { text: textOf(kind, telling), at: clock.now() })
      failed.delete(service)
      if (owed.get(key)?.telling === telling) owed.delete(key)
      await pause(writes * WRITE_PAUSE_MS)
    } catch (cause) {
      const failure = cause instanceof AlustanError ? cause : internalError(telling, cause)
      const times = (failed.get(service)?.times ?? 0) + 1
      const ms = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(times - 1, 20), LONGEST_PAUSE_MS)
      remember(failed, service, { failure, times, until: clock.now() + ms })
      onFailure?.(failure)
    }
  }

  const schedule = (kind: FeedbackNote['kind'], telling: Telling): void => {
    const key = tellingKey(kind, telling)
    const known = written.get(key)
    if (known?.text === textOf(kind, telling) && clock.now() - known.at < VERIFIED_MS) return
    const isWaiting = pending.has(key)
    pending.set(key, { kind, telling, at: clock.now() })
    if (!isWaiting) void inTurn(() => write(key))
  }

  return {
    note({ kind, repository, service, previews, gone }) {
      if (isClosed) return
      for (const number of gone) {
        const telling = { repository, service, number, preview: undefined }
        remember(owed, tellingKey(kind, telling), { kind, telling, at: clock.now() })
      }
      const tellings = previews.map(preview => ({ repository, service, number: preview.number, preview }))
      for (const telling of tellings) owed.delete(tellingKey(kind, telling))
      const key = serviceKey(service)
      if ((failed.get(key)?.until ?? 0) > clock.now()) return
      for (const telling of tellings) schedule(kind, telling)
      for (const task of owed.values()) if (serviceKey(task.telling.service) === key) schedule(task.kind, task.telling)
    },
    failure: service => failed.get(serviceKey(service))?.failure,
    close() {
      isClosed = true
      pending.clear()
      owed.clear()
    },
  }
}

async function tell(kind: FeedbackNote['kind'], telling: Telling, client: GitHubClient): Promise<number> {
  const session = await client.session()
  const { write, act, permission } = KINDS[kind]
  if (session.token === undefined) {
    const cure = `set GITHUB_TOKEN or GITHUB_TOKEN_FILE with the permission '${permission}', or turn feedback off`
    throw new AlustanError('GitHubAuthenticationFailed', `feedback in pull requests needs a token; ${cure}`)
  }
  const writer = createWriter(client, session, { repository: telling.repository, act, permission })
  await write(telling, writer)
  return writer.writes
}

function serviceKey({ workspace, namespace, name }: FeedbackNote['service']): string {
  return `${workspace}/${namespace}/${name}`
}

function tellingKey(kind: FeedbackNote['kind'], { repository, service, number }: Telling): string {
  return `${kind} ${repository.owner}/${repository.name}#${number} ${serviceKey(service)}`
}

/** What is written, in short: the same text needs no writing. */
function textOf(kind: FeedbackNote['kind'], { preview }: Telling): string {
  const { message, ...rest } = preview ?? { number: 0 }
  return JSON.stringify([kind, rest, preview?.reason === 'progressing' ? undefined : message])
}

function internalError({ service }: Telling, cause: unknown): AlustanError {
  const text = `feedback on '${service.namespace}/${service.name}' failed: an error in alustan, see its log`
  return new AlustanError('InternalError', text, { cause })
}
