import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

// REPLICA_RUNS plays more histories than the usual 6; .ci/run plays 60. A seed alone: node dist/test/replica-lives.js SEED
const RUNS = Number(process.env.REPLICA_RUNS ?? 6)
const HALF = Math.ceil(RUNS / 2)

const play = async (from: number, to: number): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/test/replica-lives.js', `${from}`, `${to}`])
  return JSON.parse(stdout)
}

const title = `${RUNS} histories with two replicas of different caches and clocks: no image goes back and forth`
t.setTimeout(RUNS * 60_000)
t.test(title, { timeout: RUNS * 60_000 }, async t => {
  t.strictSame(await Promise.all([play(1, HALF), play(HALF + 1, RUNS)]), [[], []])
})
