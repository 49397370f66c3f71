import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { LIMIT_MS, isQuick } from './fuzz/is-quick.js'

/** Keeps the processor as busy as a reader that is too slow. */
function work(): void {
  for (const began = process.cpuUsage(); process.cpuUsage(began).user < 2000 * LIMIT_MS;);
}

// The dashes are for Node, which does not compile an expression at its first use on a short text.
t.test('an expression that tries everything is slow', async t => {
  t.equal(
    isQuick((text: string) => /^-*(a+)+$/.test(text), `${'-'.repeat(1000)}${'a'.repeat(26)}b`),
    false,
  )
})

t.test('a reader that was held up once is not slow', async t => {
  let calls = 0
  t.equal(
    isQuick(() => {
      if (++calls < 2) work()
    }, ''),
    true,
  )
  t.equal(calls, 2)
})

t.test('our own failures are answers, others are thrown', async t => {
  const throwing = (thrown: Error) => () => {
    throw thrown
  }
  t.equal(isQuick(throwing(new AlustanError('InvalidSpec', 'x')), ''), true)
  t.throws(() => isQuick(throwing(new TypeError('x')), ''), TypeError)
})
