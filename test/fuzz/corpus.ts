import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'

const CORPUS = 'test/fuzz/corpus'

/** The inputs that are kept for a reader, by file. */
export function readCorpus(reader: string): ReadonlyMap<string, string> {
  const folder = `${CORPUS}/${reader}`
  const files = readdirSync(folder).sort()
  return new Map(files.map(file => [`${folder}/${file}`, readFileSync(`${folder}/${file}`, 'utf8')]))
}

/** Keeps an input for good; answers the file. */
export function keepInput(reader: string, input: string): string {
  const folder = `${CORPUS}/${reader}`
  const file = `${folder}/found-${createHash('sha256').update(input).digest('hex').slice(0, 8)}`
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, input)
  return file
}
