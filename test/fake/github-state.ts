import type { IncomingHttpHeaders } from 'node:http'

/** What goes wrong. */
export type GitHubFault =
  | { kind: 'refuse' | 'blackhole' | 'stalled' | 'html' | 'truncated' | 'wrongJson' | 'latePage' }
  | { kind: 'foreignRedirect' | 'redirectLoop' }
  | { kind: 'huge'; bytes: number }
  | { kind: 'status'; status: number; headers?: Record<string, string>; message?: string }

export interface FakePull {
  number: number
  title: string
  branch: string
  sha: string
  labels: string[]
  state: 'open' | 'closed'
  /** Where its branch is: `deleted` is a fork that is no more. */
  from: 'repository' | 'fork' | 'deleted'
}

export interface FakeComment {
  id: number
  issue: number
  body: string
  author: string
}

export interface FakeDeployment {
  id: number
  ref: string
  sha: string
  task: string
  environment: string
  creator: string
  payload: unknown
  /** Newest last. */
  statuses: { id: number; state: string; environment_url: string; description: string }[]
}

export interface FakeRepository {
  id: number
  isPrivate: boolean
  /** Set: the name that was given up; it answers 301. */
  renamedTo: string | undefined
  pulls: FakePull[]
  comments: FakeComment[]
  deployments: FakeDeployment[]
}

/** Whose token it is and what it may do in all repositories. */
export interface FakeToken {
  login: string
  type: 'User' | 'Bot'
  may: 'read' | 'write'
}

/** A GitHub on loopback; whatever is changed here is answered from then on. */
export interface FakeGitHub {
  readonly url: string
  readonly host: string
  /** By `owner/name`, in small letters. */
  readonly repositories: Map<string, FakeRepository>
  readonly tokens: Map<string, FakeToken>
  fault: GitHubFault | undefined
  /** Requests an hour by token, or by nobody's; what is spent is counted in `spent`. */
  limits: { anonymous: number; token: number }
  /** When the quota is fresh again, in milliseconds since 1970. */
  resetsAt: number
  readonly spent: Map<string, number>
  /** Everything that was asked, and how it was answered. */
  readonly seen: {
    method: string
    path: string
    status: number
    authorization: string | undefined
    headers: IncomingHttpHeaders
  }[]
  /** Called before a request is answered: to act between two of them. */
  onRequest: (method: string, path: string) => void | Promise<void>
  close(): Promise<void>
}
