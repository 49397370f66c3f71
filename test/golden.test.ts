import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { AlustanError } from '../lib/errors.js'
import type { PullRequest, PullRequestList } from '../lib/github/pull-requests.js'
import { parseSyncRequest } from '../lib/metacontroller.js'
import type { Scan } from '../lib/registry/scan.js'
import { parseTag } from '../lib/registry/tag.js'
import { desiredService } from '../lib/service/desired.js'
import type { ServiceSettings } from '../lib/service/facts.js'
import { finalizeService } from '../lib/service/finalize.js'
import { readService } from '../lib/service/situation.js'
import { desiredTerraform } from '../lib/terraform/desired.js'
import type { TerraformFacts, TerraformSettings } from '../lib/terraform/facts.js'
import { finalizeTerraform } from '../lib/terraform/finalize.js'
import { readTerraform } from '../lib/terraform/situation.js'
import { isPlanted, leaks, openParts, plantCanaries } from './canaries.js'

// A folder of test/golden is one case: `given.yaml` holds a whole request and the facts, `want.yaml` the whole answer.
// GOLDEN=1 writes the answers anew: read their diff.
const ROOT = 'test/golden'

interface GivenFailure {
  reason: AlustanError['reason']
  message: string
}

interface Given {
  why: string
  request: unknown
  facts?: {
    tags?: string[]
    failure?: GivenFailure
    isTruncated?: boolean
    isRunningTagGone?: boolean
    now?: string
    /** What the edge knows of GitHub; left out where no copies are wanted. */
    list?: {
      pullRequests?: PullRequest[]
      failure?: GivenFailure
      isTruncated?: boolean
      mayBeOlder?: boolean
    }
  } & Partial<Pick<TerraformFacts, 'pods' | 'output' | 'leftovers' | 'pullConfig'>> & {
      podFailure?: GivenFailure
    }
}

function failureOf(given: GivenFailure | undefined): AlustanError | undefined {
  return given && new AlustanError(given.reason, given.message)
}

function scanOf({ facts = {} }: Given): Scan {
  const { tags, failure, isTruncated = false, isRunningTagGone = false } = facts
  return {
    tags: tags?.map(parseTag).filter(tag => tag !== undefined),
    texts: tags && new Set(tags),
    failure: failureOf(failure),
    isTruncated,
    isRunningTagGone,
  }
}

function listOf({ facts = {} }: Given): PullRequestList | undefined {
  if (facts.list === undefined) return undefined
  const { pullRequests, failure, isTruncated = false, mayBeOlder = false } = facts.list
  return {
    pullRequests,
    failure: failureOf(failure),
    isTruncated,
    mayBeOlder,
  }
}

const settings: ServiceSettings & TerraformSettings = {
  copyRegistrySecret: true,
  secretsNamespace: 'alustan',
  argoCdNamespace: 'argocd',
  allowedProjects: ['default'],
  endpoints: {
    dockerRegistryUrl: 'https://registry-1.docker.io',
    ghcrUrl: 'https://ghcr.io',
    allowedRegistryHosts: [],
  },
  resyncAfterSeconds: 60,
  previewResyncAfterSeconds: 12,
}

function answerOf(given: Given): object {
  const request = parseSyncRequest(given.request)
  const { now = '2026-01-02T03:04:05Z', pods, output, leftovers = [], pullConfig, ...more } = given.facts ?? {}
  const scan = scanOf(given)
  if (request.parent.kind === 'Terraform') {
    const situation = readTerraform(request, settings)
    const podFailure = failureOf(more.podFailure)
    const isUnknown = podFailure?.reason === 'KubernetesUnreachable'
    const facts = { now, scan, pods, output, leftovers: isUnknown ? undefined : leftovers, podFailure, pullConfig }
    return request.finalizing ? finalizeTerraform(situation, facts) : desiredTerraform(situation, facts)
  }
  return request.finalizing
    ? finalizeService(request, now)
    : desiredService(readService(request, settings), { now, scan, pullRequests: listOf(given) })
}

let planted = 0

for (const name of readdirSync(ROOT).sort()) {
  t.test(name, async t => {
    const given = parse(readFileSync(`${ROOT}/${name}/given.yaml`, 'utf8')) as Given
    const answer = answerOf(given)
    const got = stringify(answer, { lineWidth: 0, aliasDuplicateObjects: false })
    if (process.env.GOLDEN !== undefined) writeFileSync(`${ROOT}/${name}/want.yaml`, got)
    t.equal(got, readFileSync(`${ROOT}/${name}/want.yaml`, 'utf8'), given.why)
    const secretive = answerOf({ ...given, request: plantCanaries(given.request) })
    t.strictSame(leaks(openParts(secretive)), [], 'secrets of the request are only where they belong')
    if (isPlanted(given.request)) planted++
  })
}

t.test('most cases hold secrets to be careful with', async t => t.ok(planted > 50, `${planted} do`))
