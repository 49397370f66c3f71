import type { z } from 'zod'
import { errorText } from '../errors.js'
import { kindKey, objectKey, type ApiObject } from './cluster.js'
import { hookTimeoutMilliseconds, type Webhook } from './composite-controller.js'
import type { Timers } from './timers.js'

/** An answer over HTTP; names of headers in lower case. */
export interface HookAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | number | undefined>>
  body: string
}

/** Posts a request to a hook: `fetchHook`, or a server's own `inject`. The request must not be changed. */
export type CallHook = (
  url: string,
  request: object,
  headers: Record<string, string>,
  signal: AbortSignal,
) => Promise<HookAnswer>

/** Calls hooks over the network. */
export const fetchHook: CallHook = async (url, request, headers, signal) => {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(request), headers, signal })
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
}

/** The hook is saturated and says when to ask again; 0 and less is at once. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests'
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super(`too many requests, asked again after ${retryAfterSeconds} s`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Asks a hook about a parent. Throws `TooManyRequests`, or an error whose text belongs in an Event. */
export type Ask<Answer> = (parent: ApiObject, request: object) => Promise<Answer>

interface HookOptions {
  callHook: CallHook
  timers: Timers
  /** Value of the header of that name. */
  authorization: string | undefined
}

/** A hook that is read strictly: only status 200 (or 304 and 412 to an ETag that was sent), no unknown field. */
export function hook<Schema extends z.ZodType>(
  webhook: Webhook,
  schema: Schema,
  { callHook, timers, authorization }: HookOptions,
): Ask<z.infer<Schema>> {
  const remembered = etagCache(webhook, timers)
  const read = newestByParent((body: string) => parse(schema, body))
  return async (parent, request) => {
    const known = remembered.get(parent)
    const headers = {
      'content-type': 'application/json',
      ...(authorization !== undefined && { authorization }),
      ...(known && { 'if-none-match': known.tag }),
    }
    const answer = await withTimeout(webhook, timers, signal => callHook(webhook.url, request, headers, signal))
    if (answer.status === 429) throw new TooManyRequests(retryAfterSeconds(answer.headers['retry-after'], timers.now()))
    const isUnchanged = known !== undefined && (answer.status === 304 || answer.status === 412)
    if (answer.status !== 200 && !isUnchanged) {
      throw new Error(`unsupported status code: ${answer.status} body: ${answer.body}`)
    }
    const { etag } = answer.headers
    if (!isUnchanged && typeof etag === 'string') remembered.set(parent, { tag: etag, body: answer.body })
    return read(parent, isUnchanged ? known.body : answer.body)
  }
}

/** Reads bodies; most are the same as the one before for that parent, and are not read again. Answers must not be changed. */
function newestByParent<Answer>(read: (body: string) => Answer): (parent: ApiObject, body: string) => Answer {
  const newest = new Map<string, { body: string; answer: Answer }>()
  return ({ metadata }, body) => {
    const known = newest.get(objectKey(metadata))
    if (known?.body === body) return known.answer
    const answer = read(body)
    newest.set(objectKey(metadata), { body, answer })
    return answer
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, body: string): z.infer<Schema> {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    throw new Error(`the answer is no JSON: ${errorText(error)}`, { cause: error })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`)
  throw new Error(`the answer is refused: ${faults.join('; ')}`)
}

interface Remembered {
  tag: string
  body: string
}

/** Answers by the parent's kind and name: one that is deleted and made anew still gets its namesake's. */
function etagCache(
  { etag }: Webhook,
  { now }: Timers,
): { get(parent: ApiObject): Remembered | undefined; set(parent: ApiObject, answer: Remembered): void } {
  const answers = new Map<string, Remembered & { until: number }>()
  const key = (parent: ApiObject): string => `${kindKey(parent)} ${objectKey(parent.metadata)}`
  const lifeMilliseconds = (etag?.cacheTimeoutSeconds ?? 0) < 1 ? Infinity : Number(etag?.cacheTimeoutSeconds) * 1000
  return {
    get(parent) {
      const answer = answers.get(key(parent))
      return answer === undefined || answer.until <= now() ? undefined : answer
    },
    set(parent, answer) {
      if (etag?.enabled === true) answers.set(key(parent), { ...answer, until: now() + lifeMilliseconds })
    },
  }
}

async function withTimeout<Result>(
  webhook: Webhook,
  timers: Timers,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const milliseconds = hookTimeoutMilliseconds(webhook)
  const controller = new AbortController()
  let cancel: () => void = () => undefined
  const late = new Promise<never>((_, reject) => {
    cancel = timers.after(milliseconds, () => {
      controller.abort()
      reject(new Error(`http error: no answer within ${milliseconds / 1000} s`))
    })
  })
  try {
    return await Promise.race([run(controller.signal), late])
  } finally {
    cancel()
  }
}

/** Seconds of a `Retry-After`: a whole number or a date. Anything else is 0, which is a hot loop. */
function retryAfterSeconds(header: string | string[] | number | undefined, now: number): number {
  const text = String(header ?? '')
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  const date = /^\w{3}, \d/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(date) ? 0 : Math.ceil((date - now) / 1000)
}
