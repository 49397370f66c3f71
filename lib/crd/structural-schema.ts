import { z } from 'zod'
import type { Validation } from '../with-rules.js'

/** The part of OpenAPI that a CustomResourceDefinition accepts; keywords that are not named here hold plain values. */
export interface StructuralSchema {
  type?: string
  description?: string
  default?: unknown
  properties?: Record<string, StructuralSchema>
  required?: string[]
  items?: StructuralSchema
  additionalProperties?: StructuralSchema
  'x-kubernetes-validations'?: Validation[]
  [keyword: string]: unknown
}

type OpenApi = z.core.JSONSchema.BaseSchema

/** Keywords that mean the same in zod's output and in a structural schema. */
const PLAIN =
  /^(type|description|default|enum|required|nullable|multipleOf|(min|max)(Length|Items|Properties)|exclusive(Min|Max)imum|x-kubernetes-.*)$/

const INT_OR_STRING = 'x-kubernetes-int-or-string'
const PRESERVE = 'x-kubernetes-preserve-unknown-fields'

/** What JavaScript's regular expressions have and the API server's (RE2) do not. */
const BEYOND_RE2 = /\(\?<?[=!]|\\[1-9kcu]/

/**
 * The structural schema of what a user may write. Throws, with the path, on whatever a CustomResourceDefinition cannot
 * say: silently left out, it would be a promise that nobody keeps.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  const openApi = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    cycles: 'throw',
    unrepresentable: ({ path, message }) => refuse(fieldPath(path), message),
    override: ({ zodSchema, path }) => {
      refuseLost(zodSchema, fieldPath(path))
    },
  })
  return convert(openApi, '')
}

function convert(from: OpenApi, path: string): StructuralSchema {
  const to: StructuralSchema = {}
  for (const [keyword, value] of Object.entries(from)) {
    if (PLAIN.test(keyword)) to[keyword] = value
    else if (keyword === 'pattern') to.pattern = re2(String(value), path)
    else if (keyword === 'minimum' || keyword === 'maximum') {
      // zod writes the bounds of JavaScript's integers on every integer.
      if (Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER) to[keyword] = value
    } else if (keyword === 'properties') to.properties = convertProperties(from, path)
    else if (keyword === 'items') to.items = convert(asSchema(value, path), `${path}[]`)
    else if (keyword === 'additionalProperties') Object.assign(to, convertAdditional(from, path))
    else if (keyword === 'anyOf') Object.assign(to, intOrString(from, path))
    else if (keyword !== '$schema') refuse(path, `${keyword} has no structural form`)
  }
  if (to.type === 'integer') to.format = 'int64'
  if (to.type === undefined && to[INT_OR_STRING] === undefined) to[PRESERVE] = true
  return to
}

function convertProperties(from: OpenApi, path: string): Record<string, StructuralSchema> {
  return Object.fromEntries(
    Object.entries(from.properties ?? {}).map(([name, property]) => {
      const at = path === '' ? name : `${path}.${name}`
      const converted = convert(asSchema(property, at), at)
      if (hasLostDefaults(converted) && from.required?.includes(name) !== true) {
        refuse(at, 'has defaults inside, which the API server fills in only where the object is; give it a default too')
      }
      return [name, converted]
    }),
  )
}

/** An object that may be left out though `{}` would be valid: whoever leaves it out expects the defaults inside. */
function hasLostDefaults({ type, default: own, required = [], properties = {} }: StructuralSchema): boolean {
  if (type !== 'object' || own !== undefined || required.length > 0) return false
  return Object.values(properties).some(property => property.default !== undefined)
}

/** Beside `properties`, a structural schema has no `additionalProperties`: unknown fields are pruned, or all are kept. */
function convertAdditional({ properties, additionalProperties }: OpenApi, path: string): StructuralSchema {
  if (additionalProperties === false) return {}
  const value = asSchema(additionalProperties, path)
  if (Object.keys(value).length === 0) return { [PRESERVE]: true }
  if (properties !== undefined) return refuse(path, 'has both properties and additionalProperties')
  return { additionalProperties: convert(value, `${path}.*`) }
}

/** The one union that Kubernetes knows; the bounds of a number and of a text do not get in each other's way. */
function intOrString({ anyOf = [] }: OpenApi, path: string): StructuralSchema {
  const [integer, text, ...more] = anyOf.map(member => asSchema(member, path))
  if (integer?.type !== 'integer' || text?.type !== 'string' || more.length > 0) {
    return refuse(path, 'the only union with a structural form is [integer, string]')
  }
  const bounds = Object.entries({ ...integer, ...text }).filter(([keyword]) => keyword !== 'type')
  return convert({ ...Object.fromEntries(bounds), [INT_OR_STRING]: true }, path)
}

function re2(pattern: string, path: string): string {
  const beyond = BEYOND_RE2.exec(pattern)
  if (beyond !== null) refuse(path, `the API server's regular expressions (RE2) have no ${beyond[0]}`)
  return pattern
}

/** Refuses what zod leaves out of its JSON Schema without a word. */
function refuseLost(schema: z.core.$ZodType, path: string): void {
  if (schema instanceof z.ZodRecord && !isPlainString(schema.keyType)) {
    refuse(path, 'a structural schema does not check keys; use boundedMap')
  }
  for (const { _zod } of schema._zod.def.checks ?? []) {
    const pattern = 'pattern' in _zod.def ? _zod.def.pattern : undefined
    if (pattern instanceof RegExp && pattern.flags !== '') refuse(path, `flags of ${String(pattern)} would be lost`)
  }
}

function isPlainString({ _zod }: z.core.$ZodType): boolean {
  return _zod.def.type === 'string' && (_zod.def.checks ?? []).length === 0
}

function asSchema(value: unknown, path: string): OpenApi {
  return isSchema(value) ? value : refuse(path, `${JSON.stringify(value)} is no schema`)
}

function isSchema(value: unknown): value is OpenApi {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The path as users write it: `tags[].name` for zod's properties, tags, items, properties, name. */
function fieldPath(path: (string | number)[]): string {
  return path
    .join('/')
    .replaceAll('/items', '[]')
    .replaceAll('/additionalProperties', '.*')
    .replaceAll(/(^|\/)properties\//g, '.')
    .replace(/^\./, '')
}

function refuse(path: string, fault: string): never {
  throw new Error(`schema of ${path === '' ? 'the root' : path}: ${fault}`)
}
