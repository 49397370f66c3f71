import fc from 'fast-check'
import { readCorpus } from './corpus.js'
import { LIMIT_MS, isQuick } from './is-quick.js'
import { mixedJson, mixedTexts } from './mix.js'
import type { Reader } from './reader.js'

/** An input that a reader cannot take. */
export interface Finding {
  readonly input: string
  readonly why: string
}

/** Gives a reader all that is kept for it; answers the first that it cannot take, and its file. */
export async function readKept(reader: Reader): Promise<(Finding & { file: string }) | undefined> {
  for (const [file, input] of readCorpus(reader.name)) {
    const why = await faultOf(reader, input)
    if (why !== undefined) return { file, input, why }
  }
  return undefined
}

/** Gives a reader odd inputs, half of them made from its corpus; answers the simplest that it cannot take. */
export async function readOdd(reader: Reader, seed: number, numRuns: number): Promise<Finding | undefined> {
  const corpus = [...readCorpus(reader.name).values()]
  const mixed = reader.format === 'json' ? mixedJson(corpus) : mixedTexts(corpus)
  const property = fc.asyncProperty(fc.oneof(reader.input, mixed), async input => {
    const why = await faultOf(reader, input)
    if (why !== undefined) throw new Error(why)
  })
  const { counterexample, errorInstance } = await fc.check(property, {
    seed,
    numRuns,
    interruptAfterTimeLimit: 60_000,
  })
  return counterexample === null
    ? undefined
    : { input: counterexample[0], why: errorInstance instanceof Error ? errorInstance.message : String(errorInstance) }
}

async function faultOf({ read }: Reader, input: string): Promise<string | undefined> {
  try {
    return (await isQuick(read, input)) ? undefined : `takes longer than ${LIMIT_MS} ms each time`
  } catch (thrown) {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  }
}
