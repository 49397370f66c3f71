import { keepInput } from './corpus.js'
import { type Finding, readKept, readOdd } from './fuzz.js'
import { LIMIT_MS } from './is-quick.js'
import { READERS } from './readers.js'

// Odd input for everything that reads text from outside: first the corpus, then new input for as many seconds as the
// first argument says. Names of readers after it give the input to those only.
const [given = '20', ...names] = process.argv.slice(2)
const seconds = Number(given)
const readers = READERS.filter(({ name }) => names.length === 0 || names.includes(name))
const unknown = names.find(name => !READERS.some(reader => reader.name === name))
if (!(seconds >= 0) || unknown !== undefined) {
  console.error(`usage: npm run fuzz [SECONDS [READER…]], with readers ${READERS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const RUNS = 100
let inputs = 0

for (const reader of readers) {
  const finding = await readKept(reader)
  if (finding !== undefined) giveUp(reader.name, finding, `kept as ${finding.file}`)
}
const end = performance.now() + seconds * 1000
while (performance.now() < end) {
  const seed = Math.floor(Math.random() * 2 ** 31)
  for (const reader of readers) {
    const finding = await readOdd(reader, seed, RUNS)
    if (finding !== undefined)
      giveUp(reader.name, finding, `seed ${seed}; add ${keepInput(reader.name, finding.input)}`)
    inputs += RUNS
  }
}
console.log(
  `${inputs} odd inputs to ${readers.length} readers after their corpus: only our own failures, none slower than ${LIMIT_MS} ms`,
)

function giveUp(reader: string, { input, why }: Finding, where: string): never {
  console.error(`${reader} cannot take ${JSON.stringify(input)}\n${why}\n${where}`)
  process.exit(1)
}
