import type { Verdict } from './conditions.js'
import { AlustanError } from './errors.js'
import { type Choice, type TagRule, chooseTag, tagRule } from './registry/choose-tag.js'
import type { ContainerRegistry } from './registry/container-registry.js'
import { type Endpoints, type ImageRepository, imageRepository } from './registry/reference.js'
import type { Scan } from './registry/scan.js'
import { loweredAgain, withoutLower } from './registry/lowering.js'
import { rememberByObject } from './remember-by-object.js'

/** An image whose spec is sound: what is scanned, and which tags are allowed. */
export interface ImageRequest {
  readonly repository: ImageRepository
  readonly rule: TagRule
}

/** What was decided on an image's tag. */
export interface ImageOutcome {
  /** The tag to deploy; undefined when there is a failure or nothing is known yet. */
  readonly tag: string | undefined
  /** Why nothing can be deployed, or why what runs can only be kept. */
  readonly failure: AlustanError | undefined
  /** Why the tag is lower than one that ran before: kept with the child as long as its tag stays. */
  readonly note: string | undefined
  /** Tags that ran before and were gone from the registry, as `loweredAgain` writes them: kept until a higher one runs. */
  readonly loweredFrom: string | undefined
  readonly verdicts: readonly Verdict[]
}

/** What the newest child says of its image. */
export interface RunningImage {
  readonly tag: string | undefined
  readonly note: string | undefined
  readonly loweredFrom: string | undefined
}

/** Reads `spec.containerRegistry`. Throws what `imageRepository` and `tagRule` throw: such an image is not scanned. */
export const imageRequest = rememberByObject((registry: ContainerRegistry, endpoints: Endpoints): ImageRequest => ({
  repository: imageRepository(registry, endpoints),
  rule: tagRule(registry),
}))

/** The tag of an image reference, if it is of this repository. */
export function tagOf(reference: string | undefined, { name }: ImageRepository): string | undefined {
  return reference?.startsWith(`${name}:`) === true ? reference.slice(name.length + 1) : undefined
}

/** Chooses the tag and words it as conditions. */
export function resolveImage(
  { repository, rule }: ImageRequest,
  scan: Scan | undefined,
  running: RunningImage,
): ImageOutcome {
  const choice = chooseTag(rule, scan ?? UNSCANNED, running.tag, running.loweredFrom)
  const { tag, failure, verdict } = word(choice, repository.name, rule)
  // The status alone would not do: a call that comes before it is written does not see it.
  const note = choice.kind === 'lowered' ? choice.message : tag === running.tag ? running.note : undefined
  const isToldByNote = note !== undefined && choice.kind === 'chosen'
  return {
    tag,
    failure,
    note,
    loweredFrom: loweredFrom(choice, tag, running),
    verdicts: [isToldByNote ? { ...verdict, reason: 'TagLowered', message: note } : verdict, ...registryVerdict(scan)],
  }
}

function loweredFrom(choice: Choice, tag: string | undefined, running: RunningImage): string | undefined {
  const isLowered = choice.kind === 'lowered' && choice.isGone
  const text = isLowered ? loweredAgain(running.loweredFrom, choice.from) : running.loweredFrom
  return tag === undefined ? text : withoutLower(text, tag)
}

const UNSCANNED: Scan = { tags: undefined, failure: undefined, isTruncated: false, isRunningTagGone: false }

function word(
  choice: Choice,
  name: string,
  { constraint }: TagRule,
): Pick<ImageOutcome, 'tag' | 'failure'> & { verdict: Verdict } {
  const resolved = (status: Verdict['status'], reason: string, message: string): Verdict => ({
    type: 'ImageResolved',
    status,
    reason,
    message,
  })
  switch (choice.kind) {
    case 'chosen': {
      const message = `${name}:${choice.tag} is the highest tag that satisfies '${constraint.text}'`
      return { tag: choice.tag, failure: undefined, verdict: resolved('True', 'TagChosen', message) }
    }
    case 'lowered':
      return { tag: choice.tag, failure: undefined, verdict: resolved('True', 'TagLowered', choice.message) }
    case 'kept': {
      const isUnsatisfied = choice.failure?.reason === 'NoMatchingTag'
      return isUnsatisfied
        ? { tag: undefined, failure: choice.failure, verdict: resolved('False', 'NoMatchingTag', choice.message) }
        : { tag: choice.tag, failure: undefined, verdict: resolved('True', 'TagKept', choice.message) }
    }
    case 'unknown': {
      const message = `waits for the first answer of the registry of ${name}`
      return { tag: undefined, failure: undefined, verdict: resolved('Unknown', 'NotScannedYet', message) }
    }
    case 'failed': {
      const { failure } = choice
      return { tag: undefined, failure, verdict: resolved('False', failure.reason, failure.message) }
    }
  }
}

function registryVerdict(scan: Scan | undefined): Verdict[] {
  const type = 'RegistryReachable'
  if (scan?.failure !== undefined) {
    return [{ type, status: 'False', reason: scan.failure.reason, message: scan.failure.message }]
  }
  if (scan?.tags === undefined) return []
  return [
    scan.isTruncated
      ? {
          type,
          status: 'True',
          reason: 'TagListTruncated',
          message: 'the image has more tags than are read; remove old ones',
        }
      : { type, status: 'True', reason: 'Scanned', message: 'the registry lists the tags of the image' },
  ]
}
