import fc from 'fast-check'
import t from 'tap'
import { parseConfig } from '../lib/config.js'
import { type Simulation, startSimulation } from '../lib/cli/simulation.js'
import type { ApiObject } from '../lib/engine/cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { mayEndFirst } from '../lib/dependencies/deleted-with.js'
import { secret } from './life-engine.js'

// Deletion of things that depend on each other, played on a cluster in memory: our hooks and our engine are real.

type Kind = 'Service' | 'Terraform'
const NAMESPACE = 'team'
/** `Service/a` is `s:a` here, `Terraform/a` is `t:a`. */
const kindOf = (id: string): Kind => (id.startsWith('t:') ? 'Terraform' : 'Service')
const nameOf = (id: string) => ({ name: id.slice(2), namespace: NAMESPACE })
const resourceFor = (id: string) => (kindOf(id) === 'Terraform' ? RESOURCES.terraforms : RESOURCES.services)

function manifest(id: string, needs: readonly string[]) {
  const dependencies = {
    service: needs.filter(need => kindOf(need) === 'Service').map(need => nameOf(need).name),
    terraform: needs.filter(need => kindOf(need) === 'Terraform').map(need => nameOf(need).name),
  }
  const spec =
    kindOf(id) === 'Service'
      ? { workspace: 'staging', source: { repoURL: 'https://example.com/x', values: { cluster: 'in-cluster' } } }
      : {
          scripts: { deploy: 'deploy', destroy: 'destroy' },
          containerRegistry: { provider: 'docker', imageName: 'a/b' },
        }
  return {
    apiVersion: 'alustan.io/v1alpha1',
    kind: kindOf(id),
    metadata: nameOf(id),
    spec: { ...spec, dependencies },
  }
}

const statusOf = (object: ApiObject | undefined) => (object?.status ?? {}) as { state?: string; message?: string }

/** A cluster where all of these run and then got their dependencies: that is how circles come to run. */
async function running(graph: Readonly<Record<string, readonly string[]>>) {
  const simulation = await startSimulation(parseConfig({}), new Map([['a/b', ['1.0.0']]]))
  const get = (id: string) => simulation.cluster.get(resourceFor(id), nameOf(id))
  const ids = Object.keys(graph)
  await simulation.apply([secret, ...ids.map(id => manifest(id, []))])
  const isUp = async () => (await Promise.all(ids.map(get))).every(object => statusOf(object).state === 'Completed')
  while (!(await isUp())) await simulation.step(10)
  await simulation.apply(ids.map(id => manifest(id, graph[id] ?? [])))
  for (let steps = 0; steps < 10; steps++) await simulation.step(1)
  return { simulation, get }
}

const remove = (simulation: Simulation, id: string) => simulation.cluster.delete(resourceFor(id), nameOf(id))

/** Whether something of it still runs: its Applications, or that it was not destroyed. */
function runs({ cluster }: Simulation, id: string): boolean {
  const label = kindOf(id) === 'Service' ? 'alustan.io/service' : 'alustan.io/terraform'
  return cluster
    .objects()
    .some(
      ({ kind, metadata }) =>
        (kind === 'Application' || kind === 'Job') &&
        metadata.deletionTimestamp === undefined &&
        metadata.labels?.[label] === nameOf(id).name,
    )
}

async function play(simulation: Simulation, seconds: number, check: () => void = () => undefined): Promise<void> {
  const end = simulation.seconds() + seconds
  while (simulation.seconds() < end) {
    await simulation.step(5)
    check()
  }
}

const circles: [why: string, graph: Record<string, readonly string[]>][] = [
  ['two Services', { 's:a': ['s:b'], 's:b': ['s:a'] }],
  ['a Service and a Terraform', { 's:a': ['t:b'], 't:b': ['s:a'] }],
  ['two Terraforms', { 't:a': ['t:b'], 't:b': ['t:a'] }],
  ['three in a ring', { 's:a': ['s:b'], 's:b': ['t:c'], 't:c': ['s:a'] }],
  ['two rings that share one', { 's:a': ['s:b'], 's:b': ['s:a', 's:c'], 's:c': ['s:b'] }],
  ['a ring that needs another', { 's:a': ['s:b'], 's:b': ['s:a', 's:c'], 's:c': ['s:d'], 's:d': ['s:c'] }],
]
for (const [why, graph] of circles) {
  t.test(`what depends on each other is deleted together: ${why}`, async t => {
    const { simulation, get } = await running(graph)
    const ids = Object.keys(graph)
    const [last = '', ...first] = ids
    for (const id of first) await remove(simulation, id)
    await play(simulation, 30)
    for (const id of ids) t.ok(runs(simulation, id), `${id} runs while ${last} stays`)
    await remove(simulation, last)
    await play(simulation, 120)
    for (const id of ids) t.equal(await get(id), undefined, `${id} is gone`)
    simulation.stop()
  })
}

t.test('what stays and needs one of a circle keeps them all', async t => {
  const { simulation, get } = await running({ 's:a': ['s:b'], 's:b': ['s:a'], 's:z': ['s:b'] })
  await remove(simulation, 's:a')
  await remove(simulation, 's:b')
  await play(simulation, 60)
  t.match(statusOf(await get('s:b')), { state: 'Blocked', message: /Service\/z/ })
  for (const id of ['s:a', 's:b', 's:z']) t.ok(runs(simulation, id), id)
  await remove(simulation, 's:z')
  await play(simulation, 60)
  for (const id of ['s:a', 's:b', 's:z']) t.equal(await get(id), undefined, id)
  simulation.stop()
})

for (const dependent of ['s:b', 't:b']) {
  t.test(`a dependency that is edited away lets go, also of ${kindOf(dependent)} that runs on`, async t => {
    const { simulation, get } = await running({ 's:a': [dependent], [dependent]: ['s:a'] })
    await remove(simulation, 's:a')
    await play(simulation, 30)
    t.match(statusOf(await get('s:a')), { state: 'Blocked', message: /is being deleted; waits for \w+\/b/ })
    await simulation.apply([manifest(dependent, [])])
    await play(simulation, 60)
    t.equal(await get('s:a'), undefined)
    t.ok(runs(simulation, dependent), 'the other runs on')
    simulation.stop()
  })
}

t.test('a dependency that is edited away lets go while both are being deleted', async t => {
  const { simulation, get } = await running({ 's:a': [], 's:b': ['s:a'], 's:z': ['s:b'] })
  await remove(simulation, 's:a')
  await remove(simulation, 's:b')
  await play(simulation, 30)
  t.match(statusOf(await get('s:a')), { state: 'Blocked' })
  await simulation.apply([manifest('s:b', [])])
  await play(simulation, 60)
  t.equal(await get('s:a'), undefined)
  t.ok(runs(simulation, 's:b'), 'which z still needs')
  simulation.stop()
})

const NODES = ['s:a', 's:b', 't:c', 's:d']

t.test('in any graph: what stays never loses what it needs, and nothing waits for ever', async () => {
  const graph = fc.record(
    Object.fromEntries(NODES.map(id => [id, fc.uniqueArray(fc.constantFrom(...NODES), { maxLength: 2 })])),
  )
  const order = fc.shuffledSubarray(NODES, { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(graph, order, async (needs, deleted) => {
      const { simulation, get } = await running(needs)
      const reach = (from: string, seen = new Set<string>()): Set<string> => {
        for (const next of needs[from] ?? []) if (!seen.has(next)) reach(next, seen.add(next))
        return seen
      }
      const stays = NODES.filter(id => !deleted.includes(id))
      const needed = new Set(stays.flatMap(id => [id, ...reach(id)]))
      const check = () => {
        for (const id of needed)
          if (!runs(simulation, id)) throw new Error(`${id} is lost at ${simulation.seconds()} s`)
      }
      for (const id of deleted) {
        await remove(simulation, id)
        await simulation.step(1)
      }
      await play(simulation, 150, check)
      for (const id of deleted) {
        const isGone = (await get(id)) === undefined
        if (isGone === needed.has(id)) throw new Error(`${id} ${isGone ? 'is gone' : 'waits for ever'}`)
      }
      simulation.stop()
    }),
    { numRuns: 12 },
  )
})

const rows: [why: string, self: string, dependents: string[], known: Record<string, string[]>, want: boolean][] = [
  ['nothing depends on it', 'Service/a', [], {}, true],
  ['of a dependent nothing is known', 'Service/a', ['b'], {}, false],
  ['two that wait for each other: the first by name goes', 'Service/a', ['b'], { b: ['a'] }, true],
  ['and the other waits for it', 'Service/b', ['a'], { a: ['b'] }, false],
  ['something that stays needs the other', 'Service/a', ['b'], { b: ['a', 'z'] }, false],
  ['a list that was cut may hide something that stays', 'Service/a', ['b'], { b: ['a', '…'] }, false],
  ['a ring of three', 'Service/a', ['c'], { b: ['a'], c: ['b'] }, true],
  ['a ring of which one is not known', 'Service/a', ['c'], { c: ['b'] }, false],
]
for (const [why, self, dependents, known, want] of rows) {
  t.test(`who ends first: ${why}`, async t => {
    const id = (name: string) => (name === '…' ? name : `Service/${name}`)
    const blockers = dependents.map(name => ({ kind: 'Service' as const, name, reason: 'x' }))
    const ways = Object.entries(known).map(([name, neededBy]) => ({ way: id(name), neededBy: neededBy.map(id) }))
    t.equal(mayEndFirst(self, blockers, ways), want)
  })
}
