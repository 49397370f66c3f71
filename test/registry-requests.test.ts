import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { scannerOf } from './scanner-world.js'

t.test(
  'a request of a user brings the next scan forward, once, however often and from wherever it is told',
  async t => {
    const { state, read, pass } = scannerOf(['1.0.0'])
    await read(300)
    await pass(60_000)
    t.match(await read(300, undefined, 'team/app', 'a'), { isAwaited: true })
    t.match(await read(300, undefined, 'team/app', 'a'), { isAwaited: true }, 'it is still out')
    state.tags = ['1.0.0', '1.1.0']
    await pass(1)
    t.equal(state.scans, 2)
    const fresh = await read(300, undefined, 'team/app', 'a')
    t.notOk(fresh.isAwaited)
    t.equal(fresh.tags?.length, 2)
    await pass(60_000)
    await read(300, undefined, 'team/app', 'a')
    t.equal(state.scans, 2, 'the same request asks for nothing more')
    t.match(await read(300, undefined, 'team/app', 'b'), { isAwaited: true }, 'another one does')
    state.failure = new AlustanError('RegistryUnreachable', 'down')
    await pass(1)
    t.notOk((await read(300, undefined, 'team/app', 'b')).isAwaited, 'an outage has pauses of its own')
  },
)

t.test('a request cuts one pause of an outage short, and no block of its host', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  state.failure = new AlustanError('ImageNotFound', 'none')
  const ask = (requestedAt?: string) => read(300, undefined, 'team/app', requestedAt)
  await ask()
  for (let minute = 0; minute < 60; minute++) {
    await pass(60_000)
    await ask()
  }
  await pass(30_000)
  const before = state.scans
  t.match(await ask('a'), { isAwaited: true, failure: { reason: 'ImageNotFound' } })
  await pass(5000)
  t.equal(state.scans, before + 1)
  for (let second = 0; second < 20; second += 5) {
    t.notOk((await ask('a')).isAwaited, 'the failure is its answer')
    await pass(5000)
  }
  t.equal(state.scans, before + 1)
  state.blockedMs = 100_000
  t.notOk((await ask('b')).isAwaited, 'not soon')
  await pass(99_000)
  t.equal(state.scans, before + 1)
  await pass(1000)
  t.equal(state.scans, before + 2)
})

t.test('a request that was there before the first scan is answered by it', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  for (let second = 0; second < 20; second += 5) {
    t.notOk((await read(300, undefined, 'team/app', 'a')).isAwaited)
    await pass(5000)
  }
  t.equal(state.scans, 1)
})
