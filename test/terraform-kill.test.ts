import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

// KILL_RUNS plays more lives, or fewer. A seed alone: node dist/test/terraform-lives.js SEED
const RUNS = Number(process.env.KILL_RUNS ?? 2000)
// A machine that does much else at the same time is no failure.
const LIMIT_MS = 60_000 + RUNS * 400
const HALF = Math.ceil(RUNS / 2)

interface Lives {
  faults: string[]
  /** How many lives it takes to restart after every write, and to lose every event, of every scenario. */
  planned: number
}

const play = async (from: number, to: number): Promise<Lives> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    'dist/test/terraform-lives.js',
    String(from),
    String(to),
  ])
  return JSON.parse(stdout)
}

const title = `${RUNS} lives with faults: one run at a time, each deploy once, never without a destroy, always the same end`
t.setTimeout(LIMIT_MS)
t.test(title, { timeout: LIMIT_MS }, async t => {
  const halves = await Promise.all([play(1, HALF), play(HALF + 1, RUNS)])
  for (const { faults, planned } of halves) {
    t.strictSame(faults, [])
    t.ok(RUNS < 2000 || planned < RUNS, 'every fault of every scenario is among them, and some at random')
  }
})
