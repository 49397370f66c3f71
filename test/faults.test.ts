import t from 'tap'

// A storm of 10,000 is for `npm run faults`.
process.env.FAULT_STORM ??= '1000'
const { FAULTS } = await import('./faults/table.js')

t.test('each of the 36 has a play', async t => {
  t.same(
    FAULTS.map(({ number }) => number),
    Array.from({ length: 36 }, (_, index) => index + 1),
  )
})

for (const { number, fault, right, play } of FAULTS) {
  t.test(`${number}. ${fault}: ${right}`, async t => {
    t.comment(await play())
    t.pass('seen as it should be')
  })
}
