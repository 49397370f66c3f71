import type { FastifyBaseLogger } from 'fastify'
import type { ScanReport } from '../lib/registry/scanned-image.js'
import { lastSeen } from './last-seen.js'

/** Makes the writer of a log line for an image's first scan and each change between success and failures, by reason. */
export function scanLog(logger: FastifyBaseLogger): (report: ScanReport) => void {
  const isNew = lastSeen()
  return ({ image, failure, tags, ms }) => {
    if (!isNew(image, failure?.reason ?? 'scanned')) return
    if (failure === undefined) logger.info({ image, tags, ms: Math.round(ms) }, 'scans succeed')
    else if (failure.reason === 'InternalError') {
      logger.error({ image, reason: failure.reason, err: failure.cause }, 'scans fail by an error in alustan')
    } else logger.warn({ image, reason: failure.reason, message: failure.message }, 'scans fail')
  }
}
