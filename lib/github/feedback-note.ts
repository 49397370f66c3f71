import type { AlustanError } from '../errors.js'
import type { Repository } from './pull-requests.js'

/** What a pull request is told of its copy. */
export interface NotedPreview {
  readonly number: number
  readonly sha: string
  readonly namespace?: string | undefined
  readonly urls: readonly string[]
  /** Why it is not up; absent when it is. */
  readonly reason?: string | undefined
  readonly message?: string | undefined
}

/** Where and how pull requests are told of one Service. */
export interface FeedbackTarget {
  readonly kind: 'comment' | 'deployment'
  readonly repository: Repository
  readonly service: { readonly workspace: string; readonly namespace: string; readonly name: string }
}

/** What the pull requests of a repository are told of one Service. */
export interface FeedbackNote extends FeedbackTarget {
  readonly previews: readonly NotedPreview[]
  /** Numbers of the pull requests that had a copy and have none any more. */
  readonly gone: readonly number[]
  /** Numbers of those whose copy runs on, but is told of in this way no more. */
  readonly untold?: readonly number[]
}

/** Writes into pull requests, some time later; asking it never waits for GitHub. */
export interface Feedback {
  /** Notes what is to be written; what was written already costs nothing. */
  note(note: FeedbackNote): void
  /** Why the newest writing to a target failed. */
  failure(target: FeedbackTarget): AlustanError | undefined
  /** Stops; what was noted and not written yet is noted again by the next process. */
  close(): void
}

/** The last that a pull request is told: its copy is removed, or told of in this way no more. */
export type LastWord = 'removed' | 'untold'

/** The copy of one pull request as it is to be told. */
export interface Telling extends FeedbackTarget {
  readonly number: number
  readonly preview: NotedPreview | LastWord
}
