import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request, type Server } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { buildApp } from '../../hooks/app.js'
import { buildMetrics } from '../../hooks/metrics.js'
import { parseConfig } from '../../lib/config.js'
import { knowsNothing } from '../../lib/github/pull-requests.js'
import { createRunReader } from '../../lib/kubernetes/run-reader.js'
import type { Scan } from '../../lib/registry/scan.js'
import { parseTag } from '../../lib/registry/tag.js'
import type { Fault } from './fault.js'

const TEXT = readFileSync('examples/requests/service-sync.json', 'utf8')
const SCAN: Scan = { tags: [parseTag('0.2.1')!], failure: undefined, isTruncated: false, isRunningTagGone: false }
/** How many parents ask at once: 10,000, fewer where time is short. */
const STORM = Number(process.env.FAULT_STORM ?? 10_000)

interface Answer {
  status: number
  retryAfter: string | undefined
  body: string
}

type Post = (body: string | Buffer, headers?: Record<string, string>, agent?: Agent) => Promise<Answer>

/** The hooks on a real socket; `read` is what the scanner answers. */
async function serving(
  read: () => Promise<Scan>,
  play: (post: Post, url: URL, server: Server) => Promise<string>,
): Promise<string> {
  const app = await buildApp({
    config: parseConfig({}),
    scanner: { read, close: () => undefined },
    credentials: async () => undefined,
    pullRequests: knowsNothing,
    runReader: createRunReader(undefined, () => 0),
    metrics: buildMetrics(),
    logger: pino({ level: 'silent' }),
    now: () => '2026-01-02T03:04:05Z',
    isReady: () => true,
  })
  const url = new URL('/services/sync', await app.listen({ port: 0, host: '127.0.0.1' }))
  const pool = new Agent({ keepAlive: true, maxSockets: 50 })
  const post: Post = async (body, headers = {}, agent = pool) => {
    const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } })
    // A server that has refused a body hangs up while it is still being sent; what it answered counts.
    sent.on('error', () => undefined)
    sent.end(body)
    const [response] = await once(sent, 'response')
    let text = ''
    for await (const part of response.setEncoding('utf8')) text += String(part)
    return { status: response.statusCode, retryAfter: response.headers['retry-after'], body: text }
  }
  try {
    return await play(post, url, app.server)
  } finally {
    pool.destroy()
    app.server.closeAllConnections()
    await app.close()
  }
}

/**
 * As many as there are parents, 50 at a time as Metacontroller's workers ask; those told to come back do so at once.
 * Returns how many live events, one after the other, were answered meanwhile.
 */
async function storm(post: Post, count: number, body: string): Promise<number> {
  const live = new Agent({ keepAlive: true, maxSockets: 1 })
  let left = count
  let served = 0
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { status } = await post(body)
      assert.ok(status === 200 || status === 429, `status ${status}`)
      if (status === 429) left++
    }
  }
  const events = async (): Promise<void> => {
    while (left > 0) {
      const { status } = await post(TEXT, {}, live)
      if (status === 200) served++
    }
  }
  await Promise.all([events(), ...Array.from({ length: 50 }, worker)])
  live.destroy()
  return served
}

/** What comes in over HTTP, 35 and 36. */
export const httpFaults: readonly Fault[] = [
  {
    number: 35,
    fault: 'ten thousand parents ask at once, sound ones and failing ones, and hooks that are stuck',
    right: 'all are answered or told to come back later; memory is flat; live events are served',
    play: async () => {
      const failing = TEXT.replaceAll('"environment"', '"another"')
      const whole = await serving(
        async () => SCAN,
        async post => {
          const first = await storm(post, STORM, TEXT)
          const before = process.memoryUsage().rss
          const second = await storm(post, STORM, failing)
          const grown = (process.memoryUsage().rss - before) / 2 ** 20
          assert.ok(grown < 100, `${grown} MiB`)
          // A fair share would be one for each 50.
          assert.ok(Math.min(first, second) > STORM / 500, `${first} and ${second} live events`)
          return `${STORM} sound and ${STORM} failing parents answered, live events beside them too, memory flat`
        },
      )
      let release: (scan: Scan) => void = () => undefined
      const stuck = new Promise<Scan>(resolve => (release = resolve))
      const saturated = await serving(
        () => stuck,
        async post => {
          const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
          const early: Answer[] = []
          const all = Array.from({ length: 1000 }, async () => {
            const answer = await post(TEXT, {}, agent)
            early.push(answer)
            return answer
          })
          while (early.length === 0) await new Promise(resolve => setImmediate(resolve))
          release(SCAN)
          const answers = await Promise.all(all)
          agent.destroy()
          const refused = answers.filter(({ status }) => status === 429)
          assert.equal(answers.filter(({ status }) => status === 200).length + refused.length, 1000)
          assert.ok(refused.length > 0 && refused.every(({ retryAfter }) => /^[1-9]\d*$/.test(retryAfter ?? '')))
          assert.equal((await post(TEXT)).status, 200)
          return `of 1,000 at one moment to hooks that are stuck ${refused.length} get 429 with a whole Retry-After`
        },
      )
      return `${whole}; ${saturated}`
    },
  },
  {
    number: 36,
    fault: 'bodies that are huge, zipped, slow, or of another type',
    right: 'limits hold, the others are served',
    play: () =>
      serving(
        async () => SCAN,
        async (impatient, url, { requestTimeout, headersTimeout }) => {
          // A loop that this play itself has held up makes the hooks say 429 for a moment.
          const post: Post = async (...given) => {
            for (;;) {
              const answer = await impatient(...given)
              if (answer.status !== 429) return answer
              await new Promise(resolve => setImmediate(resolve))
            }
          }
          const padded = (bytes: number) => TEXT.replace('{', `{"padding":"${'x'.repeat(bytes)}",`)
          const slow = Array.from({ length: 100 }, () => connect(Number(url.port), '127.0.0.1'))
          for (const socket of slow) {
            socket.on('error', () => undefined)
            socket.write('POST /services/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-le')
          }
          const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, ' '))
          const codes = {
            '10 MiB': (await post(padded(10 * 2 ** 20))).status,
            '17 MiB': (await post(padded(17 * 2 ** 20))).status,
            'gzip bomb': (await post(bomb, { 'content-encoding': 'gzip' })).status,
            form: (await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status,
            'half a JSON': (await post(TEXT.slice(0, 100))).status,
            'a sound one': (await post(TEXT)).status,
          }
          for (const socket of slow) socket.destroy()
          for (const ms of [requestTimeout, headersTimeout]) assert.ok(ms > 0 && ms <= 60_000, `${ms} ms`)
          assert.deepEqual(Object.values(codes), [200, 413, 400, 415, 400, 200])
          const told = Object.entries(codes).map(([what, code]) => `${what} ${code}`)
          return `${told.join(', ')}; 100 slow connections hold nobody up and have ${requestTimeout / 1000} s`
        },
      ),
  },
]
