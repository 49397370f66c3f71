import { parseArgs } from 'node:util'
import { table } from '../../lib/cli/table.js'
import { soak, type SoakReport } from './soak.js'

// Plays a long time with a disturbance each simulated second, and then looks whether everything is as it should be.
const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    resources: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
})
const [hours, resources, seed] = [values.hours, values.resources, values.seed].map(Number)
if (!(hours! > 0) || !(resources! > 0) || !Number.isInteger(seed)) {
  console.error('soak: --hours and --resources need numbers above 0, --seed a whole number')
  process.exit(2)
}

/** In a short time a few failures count for much. */
const MOST = { requests: hours! < 1 ? 4 : 3, memory: 1.15 }
/** In less time or with less the heap says nothing: caches, which are bounded, are still filling. */
const JUDGES_MEMORY = hours! >= 12 && resources! >= 500

const began = Date.now()
const minutes = (): string => `${((Date.now() - began) / 60_000).toFixed(1)} min`
console.log(`${hours} h, ${resources} resources, seed ${seed}`)
const report = await soak({
  hours: hours!,
  resources: resources!,
  seed: seed!,
  onProgress: hour => {
    if (hour > 0) console.log(`  ${hour} h after ${minutes()}`)
  },
})
const rows = verdicts(report)
for (const { resource, expected, seen, message, story } of report.stuck) {
  console.log(`STUCK ${resource}\n  expected ${expected}\n  seen     ${seen}\n  says     ${message}`)
  for (const line of story) console.log(`  ${line}`)
}
for (const line of table([['WHAT', 'SEEN', 'LIMIT', 'HOLDS'], ...rows.map(({ cells }) => cells)])) console.log(line)
console.log('')
const counts = [...report.disturbances].sort(([, a], [, b]) => b - a).map(([name, count]) => [name, String(count)])
for (const line of table([['DISTURBANCE', 'TIMES'], ...counts])) console.log(line)
const failed = rows.filter(({ holds }) => !holds).length
console.log(`${rows.length - failed} passed, ${failed} failed, after ${minutes()}`)
if (failed > 0) process.exitCode = 1

function verdicts({ stuck, requests, memory, calls, writes }: SoakReport): { cells: string[]; holds: boolean }[] {
  const row = (what: string, seen: number, limit: number, digits: number) => {
    const holds = seen <= limit
    return { cells: [what, seen.toFixed(digits), String(limit), holds ? 'yes' : 'NO'], holds }
  }
  const { first, last, rss } = memory
  console.log(`${calls} calls of hooks, ${writes} writes, RSS ${rss.toFixed(0)} MiB`)
  return [
    row('resources that are stuck', stuck.length, 0, 0),
    row('registry requests to those called for', requests.registry, MOST.requests, 2),
    row('GitHub requests to those called for', requests.gitHub, MOST.requests, 2),
    ...(JUDGES_MEMORY
      ? [row(`heap an object, of the last third (${last.toFixed(0)} KiB) to the first`, last / first, MOST.memory, 2)]
      : []),
  ]
}
