import type { Attempt } from '../errors.js'
import type { Parent } from '../metacontroller.js'
import { rememberByJson } from '../remember-by-text.js'
import { specFailure } from '../spec-failure.js'
import { ServiceSpec } from './spec.js'

const parse = rememberByJson((spec: unknown): Attempt<ServiceSpec> => {
  const { data, error } = ServiceSpec.safeParse(spec)
  return data === undefined ? { failure: specFailure(error) } : { value: data }
})

/** The spec with its defaults, or why it is none: the CRD refuses most of this, older objects and files may have it. */
export function parseServiceSpec(parent: Parent): Attempt<ServiceSpec> {
  return parse(parent.spec)
}
