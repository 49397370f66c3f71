import { createQuota, type Quota } from './quota.js'

/** What belongs to one token: a new token begins a new session, with a quota and ETags of its own. */
export interface Session {
  readonly token: string | undefined
  readonly quota: Quota
}

/** Makes a reader of the session of the token that is in use now. */
export function sessions(token: () => Promise<string | undefined>, now: () => number): () => Promise<Session> {
  let session: Session | undefined
  return async () => {
    const newest = await token()
    if (session === undefined || session.token !== newest) {
      session = { token: newest, quota: createQuota(newest === undefined, now) }
    }
    return session
  }
}
