import t from 'tap'
import { chooseTag, tagRule } from '../lib/registry/choose-tag.js'
import type { ContainerRegistry } from '../lib/registry/container-registry.js'
import type { Scan } from '../lib/registry/scan.js'
import { base, scan } from './registry-objects.js'

const rows: [why: string, spec: Partial<ContainerRegistry>, scan: Scan, want: RegExp][] = [
  [
    'nothing satisfies, nothing runs',
    { semanticVersion: '>=3' },
    scan('1.0.0 1.2.0'),
    /'>=3'; its highest version is 1\.2\.0; push a tag or relax the constraint$/,
  ],
  ['an empty repository', {}, scan('latest'), /it has no tag that is a version/],
  [
    'nothing that was read satisfies',
    { semanticVersion: '>=3' },
    scan('1.0.0', { isTruncated: true }),
    /1\.0\.0 of those that were read/,
  ],
  ['nothing passes the filter', { tagFilter: 'x' }, scan('1.0.0'), /matches tagFilter 'x'/],
  [
    'prereleases alone pass the filter',
    { semanticVersion: '>=1.0', tagFilter: '^[0-9.]+-alpine$' },
    scan('1.2.3-alpine 1.3.0-alpine 1.3.0'),
    /is 1\.3\.0; set includePrereleases: true to take 1\.3\.0-alpine, which is a prerelease, or push a tag$/,
  ],
]
for (const [why, spec, found, message] of rows) {
  t.test(why, async t => {
    const choice = chooseTag(tagRule({ ...base, ...spec }), found, undefined)
    t.match(choice, { kind: 'failed', failure: { reason: 'NoMatchingTag', message } })
  })
}
