import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { CHART, render, settings, template } from './helm.js'
import { REFUSED } from './install-values.js'
import type { World } from './scenario.js'
import { run } from './shell.js'

const FILES = readdirSync(`${CHART}/ci`).map(file => `${CHART}/ci/${file}`)

/** Every file of ci/ as values: what Helm says, and what the API server says of each object. */
export async function isValid({ namespace }: World): Promise<void> {
  for (const file of FILES) {
    await run('helm', ['lint', '--strict', CHART, '--values', file])
    const objects = await template(namespace, '--values', file)
    assert.ok(objects.length > 2, file)
    const dryRun = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-']
    await run('kubectl', dryRun, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  }
}

/** Each wrong value is refused, with words that do not hold what was given as a credential. */
export async function refusesWrongValues({ namespace }: World): Promise<void> {
  for (const [why, values, want] of REFUSED) {
    const told = await template(namespace, ...settings(values)).then(() => 'nothing', String)
    assert.match(told, want, why)
    assert.doesNotMatch(told.replace(/--set-json.*? failed:/s, ''), /canary/, why)
  }
}

/** An empty list of ports leaves nothing open: a rule without ports would allow all. */
export async function closesPorts({ namespace }: World): Promise<void> {
  const objects = await template(namespace, ...settings({ 'networkPolicy.egressPorts': [] }))
  const policy = objects.find(({ kind }) => kind === 'NetworkPolicy')
  assert.deepEqual(
    policy.spec.egress.map(({ ports }: { ports: { port: number }[] }) => ports.map(({ port }) => port)),
    [[53, 53]],
  )
}

/** A chart that has this one among its dependencies, on a condition. */
export async function isDependency({ namespace }: World, folder: string): Promise<void> {
  const parent = `${folder}/parent`
  await mkdir(`${parent}/charts`, { recursive: true })
  await cp(CHART, `${parent}/charts/alustan`, { recursive: true })
  const dependency = { name: 'alustan', version: '*', condition: 'alustan.enabled' }
  const chart = { apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies: [dependency] }
  await writeFile(`${parent}/Chart.yaml`, JSON.stringify(chart))
  const kinds = async (enabled: boolean) =>
    (await render(parent, namespace, ...settings({ 'alustan.enabled': enabled }))).map(({ kind }) => kind)
  assert.ok((await kinds(true)).includes('Deployment'))
  assert.deepEqual(await kinds(false), [])
}
