import type { FastifyBaseLogger } from 'fastify'
import type { ListingReport } from '../lib/github/pull-request-lister.js'
import { lastSeen } from './last-seen.js'

/** Makes the writer of a log line for a repository's first list and each change between success and failures, by reason. */
export function listingLog(logger: FastifyBaseLogger): (report: ListingReport) => void {
  const isNew = lastSeen()
  return ({ repository, failure, pullRequests, ms }) => {
    if (!isNew(repository, failure?.reason ?? 'listed')) return
    if (failure === undefined) logger.info({ repository, pullRequests, ms: Math.round(ms) }, 'listings succeed')
    else if (failure.reason === 'InternalError') {
      logger.error({ repository, reason: failure.reason, err: failure.cause }, 'listings fail by an error in alustan')
    } else logger.warn({ repository, reason: failure.reason, message: failure.message }, 'listings fail')
  }
}
