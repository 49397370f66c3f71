import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

// KILL_RUNS plays more lives than the usual 2,000. A seed alone: node dist/test/terraform-lives.js SEED
const RUNS = Number(process.env.KILL_RUNS ?? 2000)
const HALF = Math.ceil(RUNS / 2)

const play = async (from: number, to: number): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    'dist/test/terraform-lives.js',
    String(from),
    String(to),
  ])
  return JSON.parse(stdout)
}

const title = `${RUNS} lives with faults: one run at a time, each deploy once, never without a destroy`
t.setTimeout(RUNS * 150)
t.test(title, { timeout: RUNS * 150 }, async t => {
  t.strictSame(await Promise.all([play(1, HALF), play(HALF + 1, RUNS)]), [[], []])
})
