import semver from 'semver'
import { chooseTag, tagRule } from '../../lib/registry/choose-tag.js'
import { parseTag } from '../../lib/registry/tag.js'
import { type Measurement, median } from './report.js'

const TAGS = 100_000

/** Tags as real images have them: releases, variants of releases, shortened versions and commits, in no order. */
function texts(): string[] {
  let seed = 1
  const next = (below: number) => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  return Array.from({ length: TAGS }, (_, index) => {
    const [major, minor, patch] = [next(10), next(100), next(1000)]
    const forms = [
      `${major}.${minor}.${patch}`,
      `v${major}.${minor}.${patch}-alpine`,
      `${major}.${minor}`,
      `sha-${next(2 ** 31)}`,
    ]
    return forms[index % forms.length] ?? ''
  })
}

function seconds(work: () => unknown): number {
  const began = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - began) / 1e9
}

/** Reading and choosing among 100,000 tags against what npm's semver takes for the same. */
export function tagMeasurement(rounds: number): Measurement {
  const tags = texts()
  const constraint = '~4.2'
  const rule = tagRule({
    provider: 'docker',
    imageName: 'bench',
    semanticVersion: constraint,
    includePrereleases: false,
  })
  const choose = () => {
    const parsed = tags.map(parseTag).filter(tag => tag !== undefined)
    const choice = chooseTag(
      rule,
      { tags: parsed, failure: undefined, isTruncated: false, isRunningTagGone: false },
      undefined,
    )
    return choice.kind === 'chosen' ? choice.tag : undefined
  }
  const naive = () => semver.maxSatisfying(tags, constraint)
  const [ours, theirs] = [choose(), naive()]
  if (ours !== theirs) throw new Error(`${String(ours)} is not ${String(theirs)}`)
  const pairs = Array.from({ length: rounds }, () => [seconds(choose), seconds(naive)] as const)
  return {
    claim: 'choosing among 100,000 tags against semver.maxSatisfying',
    ratio: median(pairs.map(([a, b]) => a / b)),
    limit: { atMost: 0.12 },
    detail: `${(median(pairs.map(([a]) => a)) * 1000).toFixed(1)} and ${(median(pairs.map(([, b]) => b)) * 1000).toFixed(1)} ms`,
  }
}
