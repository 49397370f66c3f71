import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { imageRepository } from '../lib/registry/reference.js'
import { createScanner } from '../lib/registry/scanner.js'
import { endpoints, image, lister, withFake } from './registry-lister.js'
import { scannerOf } from './scanner-world.js'
import { virtualClock } from './virtual-clock.js'

t.test('an image is scanned once however many ask, and again at its interval', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  const scans = await Promise.all(Array.from({ length: 100 }, () => read()))
  t.ok(scans.every(({ tags }) => tags?.length === 1))
  t.equal(state.scans, 1)
  await pass(290_000)
  t.equal(state.scans, 1)
  await pass(2000)
  t.equal(state.scans, 2, 'the interval less half of its jitter of 6 %')
})

t.test('1,000 Services on 10 images cost 10 scans an interval', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  const intervals = 100
  for (let interval = 0; interval < intervals; interval++) {
    for (let service = 0; service < 1000; service++) await read(300, undefined, `team/app-${service % 10}`)
    await pass(300_000)
  }
  const ratio = state.scans / (10 * intervals)
  t.ok(ratio <= 1.05, `${ratio} of the ideal number`)
})

t.test('the shorter interval of those who ask wins, as long as they ask', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  await read(21_600)
  await read(300)
  await pass(300_000)
  t.equal(state.scans, 2)
  await pass(1_200_000)
  const before = state.scans
  await pass(10_000_000)
  t.equal(state.scans, before, 'only the longer one is left')
  await pass(12_000_000)
  t.equal(state.scans, before + 1)
})

t.test('an image that nobody asks for is forgotten', async t => {
  const { state, read, pass, timers } = scannerOf(['1.0.0'])
  await read()
  await pass(3_600_000)
  t.ok(state.scans <= 5)
  t.equal(timers(), 0)
  await read()
  t.equal(timers(), 1, 'and scanned again when asked for')
})

t.test('after a failure the older tags stay, and pauses grow up to the interval', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  await read()
  state.failure = new AlustanError('RegistryUnreachable', 'down')
  await pass(300_000)
  t.match(await read(), { tags: [{ text: '1.0.0' }], failure: { reason: 'RegistryUnreachable' } })
  const before = state.scans
  for (let minute = 0; minute < 60; minute++) {
    await pass(60_000)
    await read()
  }
  t.ok(state.scans - before <= 22, `${state.scans - before} scans in the hour`)
  state.failure = undefined
  await pass(300_000)
  t.match(await read(), { failure: undefined })
})

t.test('a refusal is not asked again soon, and a blocked host not before its time', async t => {
  const { state, read, pass } = scannerOf([])
  state.failure = new AlustanError('AuthenticationFailed', 'no')
  t.match(await read(), { tags: undefined, failure: { reason: 'AuthenticationFailed' } })
  await pass(20_000)
  t.equal(state.scans, 1)
  state.failure = new AlustanError('RateLimited', 'slow down')
  state.blockedMs = 3_600_000
  await pass(60_000)
  const before = state.scans
  for (let minute = 0; minute < 59; minute++) {
    await pass(60_000)
    state.blockedMs -= 60_000
    await read()
  }
  t.equal(state.scans, before)
})

t.test('a first read waits a second at most, and nothing known is not an empty list', async t => {
  const { state, read, pass, settle } = scannerOf([])
  state.hangs = true
  const first = read()
  await settle()
  await pass(999)
  await pass(1)
  t.same(await first, { tags: undefined, failure: undefined, isTruncated: false, isRunningTagGone: false })
})

t.test('a running tag is gone only after a whole scan that began after it was missed', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false }, 'this list may be older than the tag')
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false })
  t.equal(state.scans, 1)
  await pass(30_000)
  t.equal(state.scans, 2, 'a scan was brought forward')
  t.match(await read(300, '1.1.0'), { isRunningTagGone: true })
  t.match(await read(300, '1.0.0'), { isRunningTagGone: false }, 'a listed tag is there')
  state.tags = ['1.0.0', '1.1.0']
  await pass(300_000)
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false }, 'it is back')
  state.isTruncated = true
  state.hasAllVersions = false
  state.tags = ['1.0.0']
  await pass(300_000)
  await read(300, '1.1.0')
  await pass(300_000)
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false }, 'a part of a list proves nothing')
  state.failure = new AlustanError('RegistryUnreachable', 'down')
  await pass(600_000)
  t.match(await read(300, '1.1.0'), { isRunningTagGone: false }, 'nor does an outage')
  state.failure = undefined
  state.hasAllVersions = true
  await pass(600_000)
  const found = await read(300, '1.1.0')
  t.match(found, { isTruncated: true, isRunningTagGone: true }, 'only tags that are no versions are left out')
})

t.test('after failures it is asked every ten minutes, however long its interval', async t => {
  const { state, read, pass } = scannerOf(['1.0.0'])
  state.failure = new AlustanError('AuthenticationFailed', 'no')
  await read(21_600)
  for (let minute = 0; minute < 600; minute += 5) {
    await pass(300_000)
    await read(21_600)
  }
  t.ok(state.scans < 80, `${state.scans} scans in 10 hours`)
  state.failure = undefined
  await pass(600_000)
  t.match(await read(21_600), { failure: undefined, tags: [{ text: '1.0.0' }] })
})

t.test('scanner and client together', t =>
  withFake(async fake => {
    const reports: unknown[] = []
    const { client } = lister(fake)
    const scanner = createScanner({ client, clock: virtualClock(fetch).clock, onScan: report => reports.push(report) })
    t.match(await scanner.read(imageRepository(image(fake.host), endpoints), 300, { runningTag: '1.0.0' }), {
      tags: [{ text: '1.0.0' }, { text: '1.1.0' }],
    })
    t.match(reports, [{ image: `${fake.host}/team/app`, failure: undefined, tags: 2 }])
    scanner.close()
  }),
)
