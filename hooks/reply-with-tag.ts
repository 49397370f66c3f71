import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Answers with an ETag over all of the answer's bytes, or 304 when the caller has just these: Metacontroller then goes
 * on to enforce the answer that it keeps, so the tag may cover nothing less.
 */
export function replyWithTag(request: FastifyRequest, reply: FastifyReply, answer: object): FastifyReply {
  const body = JSON.stringify(answer)
  const tag = `"${hash('sha256', body, 'base64')}"`
  reply.header('etag', tag)
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(body)
}
