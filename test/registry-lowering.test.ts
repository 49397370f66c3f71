import t from 'tap'
import { imageRequest, resolveImage } from '../lib/image.js'
import { highestGone, loweredAgain, timesGone, withoutLower } from '../lib/registry/lowering.js'
import type { Scan } from '../lib/registry/scan.js'
import { parseTag } from '../lib/registry/tag.js'
import { base, endpoints } from './registry-objects.js'
import { scannerOf } from './scanner-world.js'

t.test('the text of lowerings counts how often each tag was gone, the highest first', async t => {
  const texts = [undefined, '1.1.0', '1.1.0=2', '1.2.0=7', '1.0.9', '1.1.0=?', '1.1.0=-3', 'odd =']
  t.same(
    texts.map(text => loweredAgain(text, '1.1.0')),
    ['1.1.0', '1.1.0=2', '1.1.0=3', '1.2.0=7 1.1.0', '1.1.0 1.0.9', '1.1.0=2', '1.1.0=2', '1.1.0'],
  )
  t.equal(timesGone('1.2.0 1.1.0=2', '1.1.0'), 2)
  t.equal(timesGone(undefined, '1.1.0'), 0)
  t.equal(highestGone('1.2.0 1.1.0=2'), '1.2.0')
  t.equal(withoutLower('1.2.0 1.1.0=2', '1.1.1'), '1.2.0')
  t.equal(withoutLower('1.2.0 1.1.0=2', '1.1.0'), '1.2.0 1.1.0=2')
  t.equal(withoutLower('1.2.0', '1.3.0'), undefined)
  const many = Array.from({ length: 30 }, (_, minor) => `1.${minor}.0`).reduce(loweredAgain, '1.0.0')
  t.equal(many.split(' ').length, 10, 'it does not grow without an end')
})

t.test('a tag that was gone and came back gives way again, and it is counted', async t => {
  const request = imageRequest(base, endpoints)
  const resolve = (tags: string, tag: string, loweredFrom: string | undefined, facts: Partial<Scan> = {}) => {
    const scan = { failure: undefined, isTruncated: false, isRunningTagGone: false, ...facts }
    const parsed = tags.split(' ').flatMap(text => parseTag(text) ?? [])
    const { verdicts, ...outcome } = resolveImage(
      request,
      { ...scan, tags: parsed },
      { tag, note: undefined, loweredFrom },
    )
    return { tag: outcome.tag, loweredFrom: outcome.loweredFrom, message: verdicts[0]!.message }
  }
  t.match(resolve('1.0.0', '1.1.0', undefined, { isRunningTagGone: true }), { tag: '1.0.0', loweredFrom: '1.1.0' })
  t.match(resolve('1.0.0 1.1.0', '1.0.0', '1.1.0'), { tag: '1.0.0', loweredFrom: '1.1.0' }, 'the list may be older')
  const back = resolve('1.0.0 1.1.0', '1.0.0', '1.1.0', { isNewerThanLowering: true })
  t.match(back, { tag: '1.1.0', loweredFrom: '1.1.0' })
  t.match(resolve('1.0.0', '1.1.0', '1.1.0'), { tag: '1.1.0', message: /came back, so it has to be missed for longer/ })
  const again = resolve('1.0.0', '1.1.0', '1.1.0', { isRunningTagGone: true })
  t.match(again, { tag: '1.0.0', loweredFrom: '1.1.0=2', message: /from 1\.1\.0 to 1\.0\.0: it is gone/ })
  const lower = resolve('0.9.0', '1.0.0', '1.1.0=2', { isRunningTagGone: true })
  t.match(lower, { tag: '0.9.0', loweredFrom: '1.1.0=2 1.0.0' }, 'each counts')
  t.equal(resolve('1.0.0 1.2.0', '1.0.0', '1.1.0=2').loweredFrom, undefined, 'a higher one ends it')
})

for (const [loweredFrom, scans] of [
  [undefined, 1],
  ['1.2.0', 1],
  ['1.1.0', 4],
  ['1.2.0 1.1.0=2', 16],
] as const) {
  t.test(`lowered from ${loweredFrom ?? 'nothing'}, it is gone when ${scans} more scans miss it`, async t => {
    const { state, read, pass } = scannerOf(['1.0.0'])
    const isGone = async () => (await read(300, '1.1.0', 'team/app', undefined, loweredFrom)).isRunningTagGone
    t.notOk(await isGone())
    while (!(await isGone())) await pass(30_000)
    t.equal(state.scans, 1 + scans)
    state.tags = ['1.0.0', '1.1.0']
    await pass(600_000)
    t.notOk(await isGone(), 'it is there')
    state.tags = ['1.0.0']
    await pass(300_000)
    const before = state.scans
    while (!(await isGone())) await pass(30_000)
    t.equal(state.scans, before + scans, 'counted anew')
  })
}
