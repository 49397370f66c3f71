import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { AlustanError } from '../lib/errors.js'
import { parseSyncRequest } from '../lib/metacontroller.js'
import type { Scan } from '../lib/registry/scan.js'
import { parseTag } from '../lib/registry/tag.js'
import { desiredService } from '../lib/service/desired.js'
import type { ServiceFacts, ServiceSettings } from '../lib/service/facts.js'
import { finalizeService } from '../lib/service/finalize.js'
import { readService } from '../lib/service/situation.js'

// A folder of test/golden is one case: `given.yaml` holds a whole request and the facts, `want.yaml` the whole answer.
// GOLDEN=1 writes the answers anew: read their diff.
const ROOT = 'test/golden'

interface Given {
  why: string
  request: unknown
  facts?: { tags?: string[]; failure?: { reason: AlustanError['reason']; message: string }; isRunningTagGone?: boolean }
}

function serviceFacts({ facts = {} }: Given): ServiceFacts {
  const { tags, failure, isRunningTagGone = false } = facts
  const scan: Scan = {
    tags: tags?.map(parseTag).filter(tag => tag !== undefined),
    failure: failure && new AlustanError(failure.reason, failure.message),
    isTruncated: false,
    isRunningTagGone,
  }
  return { now: '2026-01-02T03:04:05Z', scan }
}

const settings: ServiceSettings = {
  secretsNamespace: 'alustan',
  allowedProjects: ['default'],
  endpoints: {
    dockerRegistryUrl: 'https://registry-1.docker.io',
    ghcrUrl: 'https://ghcr.io',
    allowedRegistryHosts: [],
  },
  resyncAfterSeconds: 60,
}

for (const name of readdirSync(ROOT).sort()) {
  t.test(name, async t => {
    const given = parse(readFileSync(`${ROOT}/${name}/given.yaml`, 'utf8')) as Given
    const request = parseSyncRequest(given.request)
    const facts = serviceFacts(given)
    const answer = request.finalizing
      ? finalizeService(request, facts.now)
      : desiredService(readService(request, settings), facts)
    const got = stringify(answer, { lineWidth: 0, aliasDuplicateObjects: false })
    if (process.env.GOLDEN !== undefined) writeFileSync(`${ROOT}/${name}/want.yaml`, got)
    t.equal(got, readFileSync(`${ROOT}/${name}/want.yaml`, 'utf8'), given.why)
  })
}
