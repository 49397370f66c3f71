import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { chooseTag, tagRule } from '../lib/registry/choose-tag.js'
import type { ContainerRegistry } from '../lib/registry/container-registry.js'
import type { Scan } from '../lib/registry/scan.js'
import { base, scan } from './registry-objects.js'

const down = new AlustanError('RegistryUnreachable', 'registry down')

type Row = [why: string, spec: Partial<ContainerRegistry>, scan: Scan, running: string | undefined, want: object]
const choices: Row[] = [
  [
    'the highest wins, not the last listed',
    {},
    scan('1.0.2 1.10.0 1.9.0'),
    undefined,
    { kind: 'chosen', tag: '1.10.0' },
  ],
  [
    'the highest that satisfies',
    { semanticVersion: '~1.1' },
    scan('1.1.1 1.1.4 1.2.0'),
    '1.1.1',
    { kind: 'chosen', tag: '1.1.4' },
  ],
  [
    'tags that are no versions are passed over',
    {},
    scan('latest 1.0.0 main'),
    undefined,
    { kind: 'chosen', tag: '1.0.0' },
  ],
  ['prereleases only when asked for', {}, scan('1.0.0 1.1.0-rc.1'), undefined, { tag: '1.0.0' }],
  [
    'prereleases when asked for',
    { includePrereleases: true },
    scan('1.0.0 1.1.0-rc.1'),
    undefined,
    { tag: '1.1.0-rc.1' },
  ],
  [
    'only what the filter takes',
    { tagFilter: '-alpine$', includePrereleases: true },
    scan('1.0.0-alpine 1.1.0'),
    undefined,
    { tag: '1.0.0-alpine' },
  ],
  ['of equals the running one', {}, scan('1.2.3 v1.2.3'), 'v1.2.3', { kind: 'chosen', tag: 'v1.2.3' }],
  ['of equals the running one, in any order', {}, scan('v1.2.3 1.2.3'), 'v1.2.3', { kind: 'chosen', tag: 'v1.2.3' }],
  ['of equals else the one without v', {}, scan('v1.2.3 1.2.3'), undefined, { kind: 'chosen', tag: '1.2.3' }],
  [
    'of equals else the one without v, in any order',
    {},
    scan('1.2.3 v1.2.3'),
    undefined,
    { kind: 'chosen', tag: '1.2.3' },
  ],
  [
    'an older list still chooses, and says why it is old',
    {},
    scan('1.0.0', { failure: down }),
    undefined,
    { kind: 'chosen', tag: '1.0.0', failure: down },
  ],
  ['a running tag that is no version gives way', {}, scan('1.0.0'), 'latest', { kind: 'chosen', tag: '1.0.0' }],
  [
    'registry down: what runs stays',
    {},
    scan(undefined, { failure: down }),
    '1.0.0',
    { kind: 'kept', tag: '1.0.0', failure: down, message: '1.0.0 stays: registry down' },
  ],
  [
    'nothing known yet: what runs stays',
    {},
    scan(undefined),
    '1.0.0',
    { kind: 'kept', tag: '1.0.0', failure: undefined },
  ],
  ['nothing known yet, nothing runs', {}, scan(undefined), undefined, { kind: 'unknown' }],
  ['registry down, nothing runs', {}, scan(undefined, { failure: down }), undefined, { kind: 'failed', failure: down }],
  [
    'nothing satisfies: what runs stays',
    { semanticVersion: '>=3' },
    scan('1.0.0'),
    '2.0.0',
    { kind: 'kept', tag: '2.0.0', failure: { reason: 'NoMatchingTag' } },
  ],
  [
    'an older list is no reason to go back',
    {},
    scan('1.0.0'),
    '1.1.0',
    { kind: 'kept', tag: '1.1.0', failure: undefined },
  ],
  ['nor is an outage', {}, scan('1.0.0', { failure: down }), '1.1.0', { kind: 'kept', tag: '1.1.0', failure: down }],
  [
    'a deleted tag gives way',
    {},
    scan('1.0.0', { isRunningTagGone: true }),
    '1.1.0',
    { kind: 'lowered', tag: '1.0.0', from: '1.1.0', message: /from 1\.1\.0 to 1\.0\.0: it is gone/ },
  ],
  [
    'a deleted tag stays when nothing else satisfies',
    { semanticVersion: '>=1.1' },
    scan('1.0.0', { isRunningTagGone: true }),
    '1.1.0',
    { kind: 'kept', tag: '1.1.0' },
  ],
  [
    'the constraint now excludes it',
    { semanticVersion: '<1.1' },
    scan('1.0.0 1.1.0'),
    '1.1.0',
    { kind: 'lowered', tag: '1.0.0', message: /'<1\.1' does not allow it/ },
  ],
  [
    'the filter now excludes it',
    { tagFilter: '^1' },
    scan('1.0.0 v1.1.0'),
    'v1.1.0',
    { kind: 'lowered', tag: '1.0.0', message: /tagFilter '\^1'/ },
  ],
  [
    'a running prerelease that is no longer wanted',
    {},
    scan('1.0.0 1.1.0-rc.1'),
    '1.1.0-rc.1',
    { kind: 'lowered', tag: '1.0.0' },
  ],
  [
    'an excluded tag stays while nothing is known',
    { semanticVersion: '<1' },
    scan(undefined),
    '1.0.0',
    { kind: 'kept', tag: '1.0.0' },
  ],
  [
    'the other spelling is not taken while the running one may exist',
    {},
    scan('1.2.3'),
    'v1.2.3',
    { kind: 'kept', tag: 'v1.2.3' },
  ],
  [
    'the other spelling is taken when the running one is gone',
    {},
    scan('1.2.3', { isRunningTagGone: true }),
    'v1.2.3',
    { kind: 'lowered', tag: '1.2.3' },
  ],
  ['upwards always', {}, scan('1.2.0'), '1.1.0', { kind: 'chosen', tag: '1.2.0' }],
]

t.test('the tag is chosen so that it never goes back without proof', async t => {
  for (const [why, spec, facts, running, want] of choices) {
    t.match(chooseTag(tagRule({ ...base, ...spec }), facts, running), want, why)
  }
})
