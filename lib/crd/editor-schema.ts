import { API_VERSION } from '../names.js'
import type { Kind } from './kinds.js'
import { type StructuralSchema, structuralSchema } from './structural-schema.js'

/** A JSON schema, draft 7: what editors and their YAML language server read. */
type EditorSchema = Record<string, unknown>

/**
 * The JSON schema of a kind's manifests for editors: as the API server checks them, and strict about fields that do not
 * exist, since it is a slip of the finger that an editor should find.
 */
export function editorSchema({ kind, description, spec }: Kind): EditorSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `${kind} of ${API_VERSION}`,
    description,
    type: 'object',
    properties: {
      apiVersion: { const: API_VERSION, description: 'The version of this kind.' },
      kind: { const: kind, description },
      metadata: {
        type: 'object',
        description: 'Name, namespace, labels and annotations.',
        properties: {
          name: { type: 'string', maxLength: 50, pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$', description: 'Its name.' },
          namespace: { type: 'string', description: 'Its namespace.' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          annotations: { type: 'object', additionalProperties: { type: 'string' } },
        },
        required: ['name'],
      },
      spec: { ...plain(structuralSchema(spec)), description: `The ${kind} as it should be.` },
      status: { type: 'object', description: 'Written by alustan; leave it out.' },
    },
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
  }
}

/** A structural schema in JSON Schema's words. */
function plain(schema: StructuralSchema): EditorSchema {
  const { properties, items, additionalProperties, ...rest } = schema
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties !== undefined
  const own = Object.entries(rest).filter(([keyword]) => !keyword.startsWith('x-kubernetes-') && keyword !== 'format')
  return {
    ...Object.fromEntries(own),
    ...patternOf(schema),
    ...(schema['x-kubernetes-int-or-string'] === true && { type: ['integer', 'string'] }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, plain(property)])),
      ...(!isOpen && { additionalProperties: false }),
    }),
    ...(items !== undefined && { items: plain(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: plain(additionalProperties) }),
  }
}

/** The pattern that a CEL rule of `matchingText` holds, with its words for editors that show them. */
function patternOf(schema: StructuralSchema): EditorSchema {
  for (const { rule, message } of schema['x-kubernetes-validations'] ?? []) {
    const [, pattern] = /^self\.matches\(r'(.*)'\)$/.exec(rule) ?? []
    if (pattern !== undefined) return { pattern, patternErrorMessage: message }
  }
  return {}
}
