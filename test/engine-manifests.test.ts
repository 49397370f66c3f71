import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { parseController } from '../lib/engine/composite-controller.js'
import { manifest, world } from './engine-world.js'

t.test('Manifests', async t => {
  for (const file of readdirSync('metacontroller').filter(name => name.endsWith('s.yaml'))) {
    t.test(`the engine runs metacontroller/${file}`, async t => {
      const { metadata } = parseController(parse(readFileSync(`metacontroller/${file}`, 'utf8')))
      t.equal(`${metadata.name.replace('alustan-', '')}.yaml`, file)
    })
  }
  const good = manifest({ configmaps: 'InPlace' })
  const withSpec = (spec: object): object => ({ ...good, spec: { ...(good.spec as object), ...spec } })
  const rows: [why: string, manifest: unknown, message: RegExp][] = [
    [
      'a rolling update needs ControllerRevisions',
      manifest({ jobs: 'RollingRecreate' }),
      /only OnDelete, InPlace and Recreate/,
    ],
    [
      'one half of the ETag cache crashes Metacontroller',
      manifest({}, {}, { etag: { enabled: true, cacheTimeoutSeconds: 5 } }),
      /crashes Metacontroller/,
    ],
    ['selectors of the parent are not known', withSpec({ generateSelector: false }), /generateSelector: must be true/],
    ['a field that is not known is not ignored', withSpec({ endpointConfigs: [] }), /endpointConfigs/],
    [
      'hook version v1 has other requests',
      withSpec({ hooks: { sync: { version: 'v1', webhook: { url: 'http://x' } } } }),
      /only hook version v2/,
    ],
    ['another kind', { ...good, kind: 'DecoratorController' }, /kind/],
  ]
  for (const [why, given, message] of rows) {
    t.test(`refused: ${why}`, async t => {
      t.throws(() => parseController(given), { reason: 'InvalidInput', message })
    })
  }
  t.test('refused: a kind that the cluster does not know', async t => {
    await t.rejects(
      world(() => ({}), { controller: manifest({ widgets: 'InPlace' }) }),
      { message: /no resource widgets in v1/ },
    )
  })
})
