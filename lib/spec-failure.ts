import type { z } from 'zod'
import { AlustanError } from './errors.js'

const MAX_FAULTS = 5

/** Makes one `InvalidSpec` of all that a schema found wrong, each fault with its path in the manifest. */
export function specFailure(error: z.ZodError): AlustanError {
  const faults = error.issues.map(({ path, message }) => `${['spec', ...path].join('.')}: ${message}`)
  const more = faults.length - MAX_FAULTS
  return new AlustanError(
    'InvalidSpec',
    faults.slice(0, MAX_FAULTS).join('; ') + (more > 0 ? `; and ${more} more` : ''),
    { cause: error },
  )
}
