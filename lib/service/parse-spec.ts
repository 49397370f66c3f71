import type { Attempt } from '../errors.js'
import type { Parent } from '../metacontroller.js'
import { specFailure } from '../spec-failure.js'
import { ServiceSpec } from './spec.js'

/** The spec with its defaults, or why it is none: the CRD refuses most of this, older objects and files may have it. */
export function parseServiceSpec(parent: Parent): Attempt<ServiceSpec> {
  const parsed = ServiceSpec.safeParse(parent.spec)
  return parsed.success ? { value: parsed.data } : { failure: specFailure(parsed.error) }
}
