import t from 'tap'
import { rememberByJson } from '../lib/remember-by-text.js'
import { rememberByObject } from '../lib/remember-by-object.js'

t.test('what is computed of an object comes again only for the same object and values', async t => {
  let computed = 0
  const sum = rememberByObject((given: { base: number }, ...more: readonly (number | undefined)[]) => {
    computed++
    return { sum: more.reduce<number>((all, each) => all + (each ?? 0), given.base) }
  })
  const one = { base: 1 }
  const first = sum(one, 2)
  t.equal(sum(one, 2), first)
  t.equal(computed, 1, 'remembered')
  t.strictSame(sum(one, 3), { sum: 4 }, 'another value')
  t.strictSame(sum(one, 3, undefined), { sum: 4 }, 'one value more')
  t.equal(computed, 3)
  t.strictSame(sum({ base: 5 }, 3, undefined), { sum: 8 }, 'another object')
})

t.test('what throws is not remembered', async t => {
  let calls = 0
  const fail = rememberByObject((): never => {
    throw new Error(`call ${++calls}`)
  })
  const given = {}
  t.throws(() => fail(given), { message: 'call 1' })
  t.throws(() => fail(given), { message: 'call 2' })
})

t.test('what is read of JSON is the same object for the same text', async t => {
  const read = rememberByJson((given: { a: number }) => ({ twice: 2 * given.a }))
  t.equal(read({ a: 1 }), read({ a: 1 }))
  t.strictSame(read({ a: 2 }), { twice: 4 })
})
