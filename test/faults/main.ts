import { FAULTS } from './table.js'

// Plays every fault and prints what was seen; numbers as arguments play only those.
const chosen = process.argv.slice(2).map(Number)
const faults = chosen.length === 0 ? FAULTS : FAULTS.filter(({ number }) => chosen.includes(number))
let failed = 0
for (const { number, fault, play } of faults) {
  const seen = await play().catch((cause: unknown) => {
    failed++
    return cause instanceof Error ? cause : new Error(String(cause))
  })
  const isGood = typeof seen === 'string'
  console.log(
    `${String(number).padStart(2)}  ${isGood ? 'ok ' : 'BAD'}  ${fault}\n         ${isGood ? seen : (seen.stack ?? seen.message)}`,
  )
}
console.log(`${faults.length - failed} of ${faults.length} passed`)
if (failed > 0 || faults.length === 0) process.exitCode = 1
