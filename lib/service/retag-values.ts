import { mapValues } from '../map-values.js'
import { type ImageRepository, isRepository, retag } from '../registry/reference.js'

/** Values with the image's tag set, and whether the image was in them at all. */
export interface Retagged {
  readonly values: Readonly<Record<string, unknown>>
  readonly isReferenced: boolean
}

/** An image as one bare word, such as `nginx`: also the name of a Service, or of an ingress class. */
const ONE_WORD = /^[^/:@]+$/

/**
 * Sets the tag wherever Helm values name the image: in a string that is the image with or without a tag, and in a map
 * that has it as `repository` beside a `tag`, where the tag alone is replaced and a `digest`, which charts prefer, is
 * emptied. One bare word is the image only as `repository`, or under a key that has `image` in it, but never as the name of a
 * pull secret.
 */
export function retagValues(values: Readonly<Record<string, unknown>>, image: ImageRepository, tag: string): Retagged {
  let isReferenced = false

  function retagText(text: string, isImage: boolean): string {
    const retagged = isImage || !ONE_WORD.test(text) ? retag(text, image, tag) : undefined
    if (retagged !== undefined) isReferenced = true
    return retagged ?? text
  }

  function retagAny(part: unknown, isImage: boolean): unknown {
    if (typeof part === 'string') return retagText(part, isImage)
    if (Array.isArray(part)) return part.map(item => retagAny(item, isImage))
    return typeof part === 'object' && part !== null ? retagMap(part as Record<string, unknown>, isImage) : part
  }

  function retagMap(map: Readonly<Record<string, unknown>>, isImage: boolean): Record<string, unknown> {
    const hasTag =
      typeof map.repository === 'string' && isRepository(map.repository, image) && Object.hasOwn(map, 'tag')
    if (hasTag) isReferenced = true
    return mapValues(map, (part, key) => {
      if (hasTag && key === 'tag') return tag
      if (hasTag && key === 'digest' && typeof part === 'string') return ''
      if (key === 'repository' && typeof part === 'string') return hasTag ? part : retagText(part, true)
      return retagAny(part, !/secret/i.test(key) && (isImage || /image/i.test(key)))
    })
  }

  return { values: retagMap(values, false), isReferenced }
}
