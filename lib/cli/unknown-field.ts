import type { StructuralSchema } from '../crd/structural-schema.js'

/** The path of the first field that the schema does not know, as `kubectl apply` refuses it too. */
export function unknownField(
  schema: StructuralSchema,
  value: unknown,
  path: readonly (string | number)[],
): readonly (string | number)[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { properties, items, additionalProperties } = schema
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key]
    const below = Array.isArray(value)
      ? items
      : Object.hasOwn(properties ?? {}, key)
        ? properties?.[key]
        : additionalProperties
    if (below === undefined) {
      if (schema['x-kubernetes-preserve-unknown-fields'] === true || properties === undefined) continue
      return at
    }
    const found = unknownField(below, inner, at)
    if (found !== undefined) return found
  }
  return undefined
}
