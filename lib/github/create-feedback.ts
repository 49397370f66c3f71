import pLimit from 'p-limit'
import { AlustanError } from '../errors.js'
import { systemClock, type Clock } from '../refresh/clock.js'
import { remember } from '../remember.js'
import type { GitHubClient } from './client.js'
import type { Feedback, FeedbackTarget, Telling } from './feedback-note.js'
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
/** A last word that could not be written for so long is never: its repository may be no more. */
const GIVEN_UP_MS = 86_400_000

interface Written {
  readonly text: string
  readonly at: number
}

interface Task {
  readonly telling: Telling
  readonly at: number
}

interface Failed {
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
  const failures = new Map<string, AlustanError>()
  const pending = new Map<string, Task>()
  /** Last words that are not written yet: the status of their Service does not remember them. */
  const owed = new Map<string, Task>()
  const inTurn = pLimit(1)
  let isClosed = false

  const pause = (ms: number): Promise<void> =>
    ms <= 0 ? Promise.resolve() : new Promise(resolve => clock.after(ms, resolve))

  const write = async (key: string): Promise<void> => {
    const task = pending.get(key)
    pending.delete(key)
    if (task === undefined || isClosed) return
    const { telling } = task
    if (!isLast(telling) && clock.now() - task.at > OUTDATED_MS) return
    if (postpone(telling)) return
    const target = targetKey(telling)
    const backOff = backOffKey(telling)
    try {
      const writes = await tell(telling, client)
      remember(written, key, { text: textOf(telling), at: clock.now() })
      failed.delete(backOff)
      failures.delete(target)
      if (owed.get(key)?.telling === telling) owed.delete(key)
      await pause(writes * WRITE_PAUSE_MS)
    } catch (cause) {
      const failure = cause instanceof AlustanError ? cause : internalError(telling, cause)
      const times = (failed.get(backOff)?.times ?? 0) + 1
      const ms = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(times - 1, 20), LONGEST_PAUSE_MS)
      remember(failed, backOff, { times, until: clock.now() + ms })
      remember(failures, target, failure)
      onFailure?.(failure)
      postpone(telling)
    }
  }

  /** Whether a telling has to wait. A last word is tried again by itself: no later status tells of it. */
  const postpone = (telling: Telling): boolean => {
    const ms = (failed.get(backOffKey(telling))?.until ?? 0) - clock.now()
    if (ms <= 0) return false
    const key = tellingKey(telling)
    const task = owed.get(key)
    if (task?.telling !== telling) return true
    if (clock.now() - task.at > GIVEN_UP_MS) owed.delete(key)
    else clock.after(ms, () => owed.get(key)?.telling === telling && schedule(telling))
    return true
  }

  const schedule = (telling: Telling): void => {
    if (isClosed || postpone(telling)) return
    const key = tellingKey(telling)
    const known = written.get(key)
    if (known?.text === textOf(telling) && clock.now() - known.at < VERIFIED_MS) {
      owed.delete(key)
      return
    }
    const isWaiting = pending.has(key)
    pending.set(key, { telling, at: clock.now() })
    if (!isWaiting) void inTurn(() => write(key))
  }

  return {
    note({ kind, repository, service, previews, gone, untold = [] }) {
      if (isClosed) return
      const telling = (number: number, preview: Telling['preview']) => ({ kind, repository, service, number, preview })
      const last = [
        ...gone.map(number => telling(number, 'removed')),
        ...untold.map(number => telling(number, 'untold')),
      ]
      for (const each of last) remember(owed, tellingKey(each), { telling: each, at: clock.now() })
      const current = previews.map(preview => telling(preview.number, preview))
      for (const each of current) owed.delete(tellingKey(each))
      for (const each of [...current, ...last]) schedule(each)
    },
    failure: target => failures.get(targetKey(target)),
    close() {
      isClosed = true
      pending.clear()
      owed.clear()
    },
  }
}

async function tell(telling: Telling, client: GitHubClient): Promise<number> {
  const session = await client.session()
  const { write, act, permission } = KINDS[telling.kind]
  if (session.token === undefined) {
    const cure = `set GITHUB_TOKEN or GITHUB_TOKEN_FILE with the permission '${permission}', or turn feedback off`
    throw new AlustanError('GitHubAuthenticationFailed', `feedback in pull requests needs a token; ${cure}`)
  }
  const writer = createWriter(client, session, { repository: telling.repository, act, permission })
  await write(telling, writer)
  return writer.writes
}

function targetKey({ kind, repository, service }: FeedbackTarget): string {
  const name = `${repository.owner}/${repository.name}`.toLowerCase()
  return `${kind} ${name} ${service.workspace}/${service.namespace}/${service.name}`
}

function tellingKey(telling: Telling): string {
  return `${targetKey(telling)} ${telling.number}`
}

/** What waits together after a failure. A last word waits alone: one that can never be written delays nothing else. */
function backOffKey(telling: Telling): string {
  return isLast(telling) ? tellingKey(telling) : targetKey(telling)
}

function isLast({ preview }: Telling): boolean {
  return typeof preview === 'string'
}

/** What is written, in short: the same text needs no writing. */
function textOf({ preview }: Telling): string {
  if (typeof preview === 'string') return preview
  const { message, ...rest } = preview
  return JSON.stringify([rest, preview.reason === 'progressing' ? undefined : message])
}

function internalError({ service }: Telling, cause: unknown): AlustanError {
  const text = `feedback on '${service.namespace}/${service.name}' failed: an error in alustan, see its log`
  return new AlustanError('InternalError', text, { cause })
}
