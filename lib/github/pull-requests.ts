import type { AlustanError } from '../errors.js'

/** An open pull request, as far as a preview needs it. */
export interface PullRequest {
  readonly number: number
  readonly title: string
  /** `head.ref`: the branch as its author named it. */
  readonly branch: string
  /** `head.sha`: the commit, 40 hexadecimal characters. */
  readonly sha: string
  /** Whether the branch is in another repository. */
  readonly isFork: boolean
  readonly labels: readonly string[]
}

/** A repository of GitHub, as a user names it. */
export interface Repository {
  readonly owner: string
  readonly name: string
}

/** What is known of a repository's open pull requests when a hook asks. */
export interface PullRequestList {
  /** All of them, whatever their labels, from the newest complete answer; undefined: nothing is known yet. Never "none". */
  readonly pullRequests: readonly PullRequest[] | undefined
  /** Why the newest listing gave nothing. Beside `pullRequests`, these are of an older one. */
  readonly failure: AlustanError | undefined
  /** Whether the repository has more open pull requests than are kept. */
  readonly isTruncated: boolean
  /** Whether the copies may have been made of a newer list, that of another replica. */
  readonly mayBeOlder: boolean
}

/** Who asks for pull requests. */
export interface Asker {
  /** `namespace/name` of the Service. */
  readonly service: string
  /** What changes with every change of its copies; undefined: it has none yet. */
  readonly version: string | undefined
}

/** Background cache of pull requests: asking it never waits for GitHub longer than a second. */
export interface PullRequestLister {
  /** Reads what is known of the repository, and keeps it fresh from now on. */
  read(repository: Repository, asker: Asker): Promise<PullRequestList>
  /** Stops all listings. */
  close(): void
}

/** A lister that was never told anything. */
export const knowsNothing: PullRequestLister = {
  read: async () => ({ pullRequests: undefined, failure: undefined, isTruncated: false, mayBeOlder: false }),
  close: () => undefined,
}
