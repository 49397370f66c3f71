import { API_VERSION } from '../names.js'
import type { Kind } from './kinds.js'
import { type StructuralSchema, structuralSchema } from './structural-schema.js'

const [group = '', version = ''] = API_VERSION.split('/')

/** The CustomResourceDefinition of a kind (`apiextensions.k8s.io/v1`). */
export function customResourceDefinition(kind: Kind) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: ['alustan'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            ...kind.columns.map(column => ({ ...column, type: 'string' })),
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          selectableFields: kind.selectableFields.map(jsonPath => ({ jsonPath })),
          schema: { openAPIV3Schema: rootSchema(kind) },
        },
      ],
    },
  }
}

function rootSchema({ kind, description, spec, status, rules }: Kind) {
  return {
    type: 'object',
    description,
    properties: {
      // Rules may blame only a field that the schema has.
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: { ...withDefaultsTold(structuralSchema(spec)), description: `The ${kind} as it should be.` },
      status: { ...structuralSchema(status), description: `The ${kind} as it is, written by alustan.` },
    },
    required: ['spec'],
    'x-kubernetes-validations': rules,
  }
}

/** The schema with every plain default in the words too: `kubectl explain` shows no defaults by itself. */
function withDefaultsTold(schema: StructuralSchema): StructuralSchema {
  const { description, default: byDefault, properties, items } = schema
  const isPlain = ['string', 'number', 'boolean'].includes(typeof byDefault)
  return {
    ...schema,
    ...(description !== undefined && isPlain && { description: `${description} Default: \`${String(byDefault)}\`.` }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, withDefaultsTold(property)]),
      ),
    }),
    ...(items !== undefined && { items: withDefaultsTold(items) }),
  }
}
