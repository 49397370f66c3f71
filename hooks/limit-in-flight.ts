import type { FastifyInstance, FastifyReply } from 'fastify'

/** More than Metacontroller has workers, few enough that their bodies fit into memory. */
const MAX_IN_FLIGHT = 500

/** Refuses a call before its body is read while so many others are under way: each of them holds memory until its end. */
export function limitInFlight(hooks: FastifyInstance, refuse: (reply: FastifyReply) => FastifyReply): void {
  let inFlight = 0
  hooks.addHook('onRequest', (_request, reply, done) => {
    if (inFlight >= MAX_IN_FLIGHT) {
      refuse(reply)
      return
    }
    inFlight++
    // Not `finish`, which never comes when the caller has gone.
    reply.raw.once('close', () => inFlight--)
    done()
  })
}
