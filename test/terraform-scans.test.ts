import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { build } from './built-app.js'
import { scannerOf } from './scanner-world.js'

/** The hook of a Terraform of a golden case, asked with the status that it answered before, over a registry. */
async function terraform(test: Test, golden: string, tags: string[]) {
  const world = scannerOf(tags)
  const { post } = await build(test, { scanner: world.scanner })
  const { request } = parse(readFileSync(`test/golden/${golden}/given.yaml`, 'utf8'))
  delete request.parent.status
  const sync = async () => {
    const answer = (await post('/terraforms/sync', request)).json()
    request.parent.status = answer.status
    return answer
  }
  return { ...world, metadata: request.parent.metadata, sync }
}

t.test('a tag that is waited for is looked for as often as that of a Service', async t => {
  const { state, pass, sync } = await terraform(t, 'terraform-created', ['0.9.0'])
  t.match((await sync()).status, { state: 'Error', message: /push a tag/ })
  state.tags = ['0.9.0', '1.0.0']
  await sync()
  await pass(300_000)
  t.match((await sync()).status, { state: 'Progressing', run: { image: 'alustan/infrastructure:1.0.0' } })
  for (let minute = 0; minute < 60; minute += 5) {
    await pass(300_000)
    await sync()
  }
  t.ok(state.scans <= 6, `${state.scans} scans: once it is found there is no hurry any more`)
})

t.test('a request asks the registry, and its run begins with what that answers', async t => {
  const { state, metadata, pass, sync } = await terraform(t, 'terraform-completed', ['1.0.1'])
  const { status } = await sync()
  t.match(status, { state: 'Success', image: 'alustan/infrastructure:1.0.1' })
  state.tags = ['1.0.1', '1.0.2']
  await pass(60_000)
  metadata.annotations = { 'alustan.io/requestedAt': 'now' }
  const held = await sync()
  t.strictSame(held.status, status, 'nothing is announced yet')
  t.equal(held.resyncAfterSeconds, 2)
  t.equal(held.children.length, 2, 'what is there stays')
  await pass(1000)
  t.match((await sync()).status.run, { phase: 'Pending', image: 'alustan/infrastructure:1.0.2' })
  t.equal(state.scans, 2)
})

t.test('a request does not wait for a host that wants to be left alone', async t => {
  const { state, metadata, pass, sync } = await terraform(t, 'terraform-completed', ['1.0.1'])
  await sync()
  await pass(60_000)
  state.blockedMs = 3_600_000
  metadata.annotations = { 'alustan.io/requestedAt': 'now' }
  t.match((await sync()).status.run, { phase: 'Pending', image: 'alustan/infrastructure:1.0.1' })
  t.equal(state.scans, 1)
})
