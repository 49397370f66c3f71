import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { readKept, readOdd } from './fuzz/fuzz.js'
import { LIMIT_MS, isQuick } from './fuzz/is-quick.js'
import { mixedJson, mixedTexts } from './fuzz/mix.js'
import { READERS } from './fuzz/readers.js'

// The first test: hooks refuse what comes while the next one holds up the event loop.
t.test('each reader has a corpus and takes all of it', async t => {
  t.same(readdirSync('test/fuzz/corpus').sort(), READERS.map(({ name }) => name).sort())
  for (const reader of READERS) t.equal(await readKept(reader), undefined, reader.name)
})

/** Keeps the processor as busy as a reader that is too slow. */
function work(): void {
  for (const began = process.cpuUsage(); process.cpuUsage(began).user < 2000 * LIMIT_MS;);
}

// The dashes are for Node, which does not compile an expression at its first use on a short text.
t.test('an expression that tries everything is slow', async t => {
  t.equal(await isQuick(text => /^-*(a+)+$/.test(text), `${'-'.repeat(1000)}${'a'.repeat(26)}b`), false)
})

t.test('a reader that was held up once is not slow', async t => {
  let calls = 0
  t.equal(
    await isQuick(() => {
      if (++calls < 2) work()
    }, ''),
    true,
  )
  t.equal(calls, 2)
})

t.test('our own failures are answers, others are thrown, also those that nobody handles', async t => {
  const throwing = (thrown: Error) => async () => {
    throw thrown
  }
  t.equal(await isQuick(throwing(new AlustanError('InvalidSpec', 'x')), ''), true)
  await t.rejects(isQuick(throwing(new TypeError('x')), ''), TypeError)
  const forgetful = async () => {
    void throwing(new TypeError('forgotten'))()
  }
  await t.rejects(isQuick(forgetful, ''), { message: 'forgotten' })
})

t.test('a fault is found, and told by its simplest input', async t => {
  const read = (text: string) => {
    if (text.includes('~')) throw new TypeError('no ~, please')
  }
  const found = await readOdd({ name: 'comment', format: 'text', input: fc.string(), read }, 1, 1000)
  t.equal(found?.input, '~')
  t.match(found?.why, /^TypeError: no ~, please\n/)
})

t.test('mixed texts are pieces of the corpus, mixed JSON is JSON', async t => {
  const texts = fc.sample(mixedTexts(['<left>', '[right]']), 1000)
  t.ok(texts.some(text => text.includes('<l') && text.includes('t]')))
  const documents = fc.sample(mixedJson(['{"a":{"b":1}}', '[true]', 'no JSON']), 1000).map(text => JSON.parse(text))
  t.ok(documents.some(document => document.a?.b === true))
})
