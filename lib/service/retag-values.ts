import { mapValues } from '../map-values.js'
import { type ImageRepository, isRepository, retag } from '../registry/reference.js'

/** Values with the image's tag set, and whether the image was in them at all. */
export interface Retagged {
  readonly values: Readonly<Record<string, unknown>>
  readonly isReferenced: boolean
}

/**
 * Sets the tag wherever Helm values name the image: in a string that is the image with or without a tag, and in a map
 * that has it as `repository` beside a `tag`, where the tag alone is replaced.
 */
export function retagValues(values: Readonly<Record<string, unknown>>, image: ImageRepository, tag: string): Retagged {
  let isReferenced = false

  function retagAny(part: unknown): unknown {
    if (typeof part === 'string') {
      const retagged = retag(part, image, tag)
      if (retagged !== undefined) isReferenced = true
      return retagged ?? part
    }
    if (Array.isArray(part)) return part.map(retagAny)
    return typeof part === 'object' && part !== null ? retagMap(part as Record<string, unknown>) : part
  }

  function retagMap(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const hasTag =
      typeof map.repository === 'string' && isRepository(map.repository, image) && Object.hasOwn(map, 'tag')
    if (hasTag) isReferenced = true
    return mapValues(map, (part, key) => {
      if (!hasTag) return retagAny(part)
      if (key === 'tag') return tag
      return key === 'repository' ? part : retagAny(part)
    })
  }

  return { values: retagMap(values), isReferenced }
}
