import t from 'tap'
import type { ApiObject } from '../lib/engine/cluster.js'
import { RESOURCES } from '../lib/engine/resources.js'
import { at, parent } from './engine-objects.js'
import { found, hooks, manifest, type Script, world } from './engine-world.js'

const { terraforms, secrets } = RESOURCES

t.test('customize and related objects', async t => {
  const secret = (name: string, labels: Record<string, string>): ApiObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...at(name, 'alustan'), labels },
  })
  const byLabel: Script = ({ hook, request: { parent } }) =>
    hook === 'customize'
      ? {
          relatedResources: [
            {
              apiVersion: 'v1',
              resource: 'secrets',
              namespace: 'alustan',
              labelSelector: { matchLabels: { environment: parent.metadata.name } },
            },
          ],
        }
      : {}

  t.test(
    'it is asked once per generation: a label does not ask, a spec and a deletion do, and so do 20 minutes',
    async t => {
      const w = await world(byLabel, { controller: manifest({}, { resyncPeriodSeconds: 1_000_000 }) })
      await w.cluster.create(terraforms, parent())
      t.equal(hooks(await w.settle()), 'customize sync sync')
      const edit = async (change: object): Promise<string> => {
        const { metadata, ...rest } = (await found(w, terraforms, 'x'))!
        await w.cluster.update(terraforms, {
          ...rest,
          ...change,
          metadata: { ...metadata, ...(change as ApiObject).metadata },
        })
        return hooks(await w.settle())
      }
      t.equal(await edit({ metadata: { labels: { a: 'b' } } }), 'sync')
      t.equal(await edit({ spec: { a: 'b' } }), 'customize sync sync')
      await w.pass(20 * 60)
      t.equal(await edit({ metadata: { labels: { a: 'c' } } }), 'customize sync')
      await w.cluster.delete(terraforms, at('x'))
      t.equal(hooks(await w.settle()), 'customize finalize finalize')
    },
  )

  t.test('a change of a related object asks the parents that select it, now or before, and no other', async t => {
    const w = await world(byLabel)
    await w.cluster.create(terraforms, parent('x'))
    await w.cluster.create(terraforms, parent('y'))
    await w.settle()
    const asked = async (): Promise<string> =>
      (await w.settle()).map(({ request }) => request.parent.metadata.name).join(' ')
    const stored = await w.cluster.create(secrets, secret('s', { environment: 'x' }))
    t.equal(await asked(), 'x')
    t.same(Object.keys(w.calls.at(-1)!.request.related['Secret.v1']!), ['alustan/s'], 'of another namespace')
    const moved = await w.cluster.update(secrets, {
      ...stored,
      metadata: { ...stored.metadata, labels: { environment: 'y' } },
    })
    t.equal(await asked(), 'x y')
    await w.cluster.update(secrets, { ...moved, metadata: { ...moved.metadata, labels: { environment: 'z' } } })
    t.equal(await asked(), 'y')
    await w.cluster.delete(secrets, at('s', 'alustan'))
    t.equal(await asked(), '')
    t.same(w.calls.at(-1)!.request.related, { 'Secret.v1': {} }, 'a kind that was asked for is there, though empty')
  })

  t.test('a change of a related object is noticed too when the rules are due to be asked for again', async t => {
    const w = await world(byLabel, { controller: manifest({}, { resyncPeriodSeconds: 1_000_000 }) })
    await w.cluster.create(terraforms, parent())
    await w.settle()
    await w.pass(20 * 60)
    await w.cluster.create(secrets, secret('s', { environment: 'other' }))
    t.equal(hooks(await w.settle()), '', 'nothing is asked for the sake of a stranger')
    await w.cluster.create(secrets, secret('t', { environment: 'x' }))
    t.equal(hooks(await w.settle()), 'customize sync')
  })

  const rules: [why: string, rule: object, want: string[] | RegExp][] = [
    ['no names at all are all names, of all namespaces', { names: [] }, ['a/one', 'a/two', 'b/one']],
    ['a namespace alone is all of it', { namespace: 'a' }, ['a/one', 'a/two']],
    ['names in every namespace', { names: ['one'] }, ['a/one', 'b/one']],
    ['names in a namespace', { namespace: 'a', names: ['one', 'none'] }, ['a/one']],
    ['labels in every namespace', { labelSelector: { matchLabels: { l: '1' } } }, ['a/one', 'b/one']],
    ['labels in a namespace', { namespace: 'b', labelSelector: { matchLabels: { l: '1' } } }, ['b/one']],
    ['an empty selector is everything', { labelSelector: {} }, ['a/one', 'a/two', 'b/one']],
    [
      'In and Exists need the label',
      {
        labelSelector: {
          matchExpressions: [
            { key: 'l', operator: 'In', values: ['1', '2'] },
            { key: 'l', operator: 'Exists' },
          ],
        },
      },
      ['a/one', 'b/one'],
    ],
    [
      'NotIn and DoesNotExist do not',
      {
        labelSelector: {
          matchExpressions: [
            { key: 'l', operator: 'NotIn', values: ['1'] },
            { key: 'l', operator: 'DoesNotExist' },
          ],
        },
      },
      ['a/two'],
    ],
    [
      'an expression in a namespace that needs the label',
      { namespace: 'a', labelSelector: { matchExpressions: [{ key: 'l', operator: 'Exists' }] } },
      ['a/one'],
    ],
    [
      'an expression in a namespace that does not need it',
      { namespace: 'a', labelSelector: { matchExpressions: [{ key: 'l', operator: 'NotIn', values: ['1'] }] } },
      ['a/two'],
    ],
    ['names and labels together are refused', { names: ['one'], labelSelector: {} }, /both names and labelSelector/],
    [
      'an operator that does not exist is refused',
      { labelSelector: { matchExpressions: [{ key: 'l', operator: 'Gt' }] } },
      /'Gt' is no operator/,
    ],
    ['a kind that does not exist is refused', { resource: 'widgets' }, /no resource widgets in v1/],
    ['a field that does not exist is refused', { name: 'one' }, /Unrecognized key: "name"/],
  ]
  for (const [why, rule, want] of rules) {
    t.test(why, async t => {
      const w = await world(({ hook }) =>
        hook === 'customize' ? { relatedResources: [{ apiVersion: 'v1', resource: 'secrets', ...rule }] } : {},
      )
      for (const [namespace, name, labels] of [
        ['a', 'one', { l: '1' }],
        ['a', 'two', {}],
        ['b', 'one', { l: '1' }],
      ] as const) {
        await w.cluster.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels } })
      }
      await w.cluster.create(terraforms, parent())
      await w.settle()
      if (want instanceof RegExp) t.match(w.failures[0], want)
      else t.same(Object.keys(w.calls.at(-1)!.request.related['Secret.v1']!), want)
    })
  }
})
