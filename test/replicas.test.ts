import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

// REPLICA_RUNS plays more histories than the usual 6; .ci/run plays 60. A seed alone: node dist/test/replica-lives.js SEED, or preview-lives.js
const RUNS = Number(process.env.REPLICA_RUNS ?? 6)
const HALF = Math.ceil(RUNS / 2)

const play = async (lives: string, from: number, to: number): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, [`dist/test/${lives}.js`, `${from}`, `${to}`])
  return JSON.parse(stdout)
}

const LIVES = [
  ['replica-lives', 'caches and clocks: no image goes back and forth'],
  ['preview-lives', 'lists of pull requests: no copy is made again once it is gone, or removed while it is wanted'],
] as const

t.setTimeout(RUNS * 120_000)
for (const [lives, what] of LIVES) {
  t.test(`${RUNS} histories with two replicas of different ${what}`, { timeout: RUNS * 60_000 }, async t => {
    t.strictSame(await Promise.all([play(lives, 1, HALF), play(lives, HALF + 1, RUNS)]), [[], []])
  })
}
