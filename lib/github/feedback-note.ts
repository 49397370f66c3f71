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

/** What the pull requests of a repository are told of one Service. */
export interface FeedbackNote {
  readonly kind: 'comment' | 'deployment'
  readonly repository: Repository
  readonly service: { readonly workspace: string; readonly namespace: string; readonly name: string }
  readonly previews: readonly NotedPreview[]
  /** Numbers of the pull requests that had a copy and have none any more. */
  readonly gone: readonly number[]
}

/** Writes into pull requests, some time later; asking it never waits for GitHub. */
export interface Feedback {
  /** Notes what is to be written; what was written already costs nothing. */
  note(note: FeedbackNote): void
  /** Why the newest writing for a Service failed. */
  failure(service: FeedbackNote['service']): AlustanError | undefined
  /** Stops; what was noted and not written yet is noted again by the next process. */
  close(): void
}

/** The copy of one pull request as it is to be told; `preview` is undefined once it is gone. */
export interface Telling {
  readonly repository: Repository
  readonly service: FeedbackNote['service']
  readonly number: number
  readonly preview: NotedPreview | undefined
}
