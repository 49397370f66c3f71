import { createHash } from 'node:crypto'

/** A pull request as it is at one moment. */
export interface Pull {
  readonly number: number
  readonly isOpen: boolean
  readonly sha: string
}

/** Pull requests as they are and were. */
export interface PullHistory {
  all(): Pull[]
  open(): void
  commit(pull: Pull | undefined): void
  set(pull: Pull | undefined, change: Partial<Pull>): void
  /** Whether it was so at any moment from `since` on. */
  was(number: number, since: number, isSo: (pull: Pull) => boolean): boolean
}

/** Makes a repository without any pull request; `now` is milliseconds. */
export function pullHistory(now: () => number): PullHistory {
  const histories = new Map<number, { readonly at: number; readonly pull: Pull }[]>()
  let commits = 0
  const newSha = () => createHash('sha1').update(`${commits++}`).digest('hex')
  const set = (pull: Pull | undefined, change: Partial<Pull>): void => {
    if (pull !== undefined) histories.get(pull.number)?.push({ at: now(), pull: { ...pull, ...change } })
  }
  return {
    all: () => [...histories.values()].map(states => states.at(-1)!.pull),
    open() {
      const number = histories.size + 1
      histories.set(number, [{ at: now(), pull: { number, isOpen: true, sha: newSha() } }])
    },
    commit: pull => set(pull, { sha: newSha() }),
    set,
    was(number, since, isSo) {
      const states = histories.get(number) ?? []
      return states.some(({ pull }, at) => (states[at + 1]?.at ?? Infinity) >= since && isSo(pull))
    },
  }
}

/** The open ones as GitHub lists them. */
export function openPage(pulls: readonly Pull[]): Response {
  const listed = pulls
    .filter(({ isOpen }) => isOpen)
    .map(({ number, sha }) => ({
      number,
      title: `Pull request ${number}`,
      labels: [{ name: 'preview' }],
      head: { ref: `branch-${number}`, sha, repo: { id: 1 } },
      base: { repo: { id: 1 } },
    }))
    .sort((one, other) => other.number - one.number)
  return Response.json(listed)
}
