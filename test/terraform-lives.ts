import { type Plan, startLife } from './terraform-life.js'
import { LIFE_SCENARIOS, endOf } from './terraform-scenarios.js'

// Plays lives of Terraforms, one for each seed from the first argument to the second: the scenarios in turn, each with
// a restart after every single write and the loss of every single event, and then with several of both at random, always
// with events that come up to ten late. Prints as JSON what went wrong and what was covered. A program of its own,
// since a test runner's tracking of promises would take a third of the time.
const NAMES = Object.keys(LIFE_SCENARIOS)
const WHO = ['hooks', 'engine', 'both'] as const

const STRIDE = 7919

/** How many things a story goes on after its end, so that a run too many is seen. */
const AFTERWARDS = 12

/** Numbers from 0 to below `limit`, the same for the same seed (mulberry32). */
function random(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit)
  }
}

interface End {
  readonly fault: string | undefined
  readonly end: string
  readonly writes: number
  readonly events: number
}

async function play(scenario: string, plan: Plan, usual?: End): Promise<End> {
  const life = await startLife(plan)
  await LIFE_SCENARIOS[scenario]!(life)
  for (let pumps = 0; pumps < AFTERWARDS && life.record.fault === undefined; pumps++) await life.pump()
  if (usual !== undefined) await life.until(`an end as ${usual.end}`, async () => (await endOf(life)) === usual.end)
  life.record.inspect(life.cluster.objects())
  life.stop()
  return { fault: life.record.fault, end: await endOf(life), ...life.counts() }
}

/** Plans for a restart after each write and the loss of each event of each scenario. */
function* everyPlan(
  calm: ReadonlyMap<string, End>,
): Generator<{ name: string; fate: Pick<Plan, 'deaths' | 'losses'> }> {
  for (const [name, { writes, events }] of calm) {
    for (let write = 1; write <= writes; write++) {
      for (const who of WHO) yield { name, fate: { deaths: [{ who, write }], losses: [] } }
    }
    for (let event = 1; event <= events; event++) yield { name, fate: { deaths: [], losses: [event] } }
  }
}

function randomFate(pick: Plan['pick'], { writes, events }: End): Pick<Plan, 'deaths' | 'losses'> {
  return {
    deaths: Array.from({ length: 1 + pick(4) }, () => ({ who: WHO[pick(3)]!, write: 1 + pick(writes) })),
    losses: Array.from({ length: pick(3) }, () => 1 + pick(events)),
  }
}

const [from = 1, to = from] = process.argv.slice(2).map(Number)
const calm = new Map<string, End>()
for (const name of NAMES) calm.set(name, await play(name, { pick: random(1), lag: 0, deaths: [], losses: [] }))
const faults = [...calm].flatMap(([name, { fault }]) => (fault === undefined ? [] : [`${name}, calm: ${fault}`]))
const plans = [...everyPlan(calm)]
for (let seed = from; seed <= to && faults.length < 5; seed++) {
  const pick = random(seed)
  const lag = 1 + pick(10)
  // In strides, so that a few lives are some of each kind; STRIDE is a prime, so that many are all of them.
  const plan = seed > plans.length ? undefined : plans[(seed * STRIDE) % plans.length]
  const name = plan?.name ?? NAMES[seed % NAMES.length]!
  const usual = calm.get(name)!
  const fate = plan?.fate ?? randomFate(pick, usual)
  const { fault } = await play(name, { pick, lag, ...fate }, usual)
  if (fault !== undefined) faults.push(`seed ${seed}, ${name}: ${fault}`)
}
console.log(JSON.stringify({ faults, planned: plans.length }))
