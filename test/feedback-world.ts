import { createGitHubClient } from '../lib/github/client.js'
import { createFeedback } from '../lib/github/create-feedback.js'
import type { FeedbackNote, NotedPreview } from '../lib/github/feedback-note.js'
import { AMPLE_MS } from './ample-time.js'
import type { FakeGitHub, FakeRepository } from './fake/github-state.js'
import { fakePull, startFakeGitHub } from './fake/github.js'
import { repository, SECRET } from './github-lister.js'
import { virtualClock } from './virtual-clock.js'

/** The Service that has the copies. */
export const service = { workspace: 'staging', namespace: 'apps', name: 'web' }

/** The pull request that is told. */
export const one = fakePull(1)

/** Its copy, once it is up. */
export const up: NotedPreview = {
  number: 1,
  sha: one.sha,
  namespace: 'preview-web-1',
  urls: ['https://preview-1-web.example.com'],
}

/** A fake GitHub with two pull requests and a token that may write, for as long as the run takes. */
export async function withFake(run: (fake: FakeGitHub, team: FakeRepository) => Promise<void>): Promise<void> {
  const fake = await startFakeGitHub({ 'team/app': [one, fakePull(2)] })
  fake.tokens.set(SECRET, { login: 'alustan-bot', type: 'User', may: 'write' })
  await run(fake, fake.repositories.get('team/app')!).finally(() => fake.close())
}

/** One replica: its feedback, and a clock that only it lives by. */
export function replica(fake: FakeGitHub, { token }: { token: string | undefined } = { token: SECRET }) {
  const time = virtualClock(fetch)
  const client = createGitHubClient({
    fetch: time.fetch,
    onRequest: time.onRequest,
    now: time.clock.now,
    apiUrl: fake.url,
    token: async () => token,
    limits: { requestMs: AMPLE_MS },
  })
  const failures: string[] = []
  const feedback = createFeedback({ client, clock: time.clock, onFailure: ({ reason }) => failures.push(reason) })
  const note = async (previews: NotedPreview[], more: Partial<FeedbackNote> = {}) => {
    feedback.note({ kind: 'comment', repository, service, previews, gone: [], ...more })
    await time.pass(10_000)
    await time.settle()
  }
  return { ...time, feedback, failures, note }
}
