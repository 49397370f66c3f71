import t from 'tap'
import { z } from 'zod'
import { type StructuralSchema, structuralSchema } from '../lib/crd/structural-schema.js'

const converted: [why: string, schema: z.ZodType, want: StructuralSchema][] = [
  ['the bounds of JavaScript integers are no rule of ours', z.number().int(), { type: 'integer', format: 'int64' }],
  [
    'bounds that were asked for stay',
    z.number().int().min(0).max(9),
    { type: 'integer', format: 'int64', minimum: 0, maximum: 9 },
  ],
  [
    'a free map keeps what it does not know; additionalProperties: {} would prune it',
    z.record(z.string(), z.unknown()),
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  ],
  ['anything at all is kept too', z.unknown(), { 'x-kubernetes-preserve-unknown-fields': true }],
  [
    'a map of strings stays one',
    z.record(z.string(), z.string()),
    { type: 'object', additionalProperties: { type: 'string' } },
  ],
  [
    'beside properties, a loose object has no additionalProperties',
    z.looseObject({ a: z.string() }),
    {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      'x-kubernetes-preserve-unknown-fields': true,
    },
  ],
  [
    'nor has a strict one: the API server prunes or refuses by itself',
    z.strictObject({ a: z.string() }),
    { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
  ],
  [
    'integer or string is a type of its own',
    z.union([z.number().int(), z.string().max(3)]).transform(String),
    { maxLength: 3, 'x-kubernetes-int-or-string': true },
  ],
  [
    'a field with a default is not required, and the default of the parent carries that of the child',
    z.object({ a: z.object({ b: z.boolean().default(false) }).default({ b: false }) }),
    {
      type: 'object',
      properties: {
        a: { type: 'object', default: { b: false }, properties: { b: { type: 'boolean', default: false } } },
      },
    },
  ],
  [
    'an object that must be given applies the defaults inside',
    z.object({ a: z.object({ b: z.boolean().default(false) }) }),
    {
      type: 'object',
      properties: { a: { type: 'object', properties: { b: { type: 'boolean', default: false } } } },
      required: ['a'],
    },
  ],
  ['a pattern that RE2 reads passes', z.string().regex(/^a(?:b|c)\d$/), { type: 'string', pattern: '^a(?:b|c)\\d$' }],
  [
    "Kubernetes' own keywords pass",
    z.array(z.string()).meta({ 'x-kubernetes-list-type': 'set' }),
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  ],
]
t.test('a zod schema becomes a structural schema', async t => {
  for (const [why, schema, want] of converted) t.same(structuralSchema(schema), want, why)
})

const refused: [why: string, schema: z.ZodType, message: string][] = [
  [
    'look-ahead does not exist in RE2',
    z.object({ a: z.string().regex(/^(?!x)/) }),
    "schema of a: the API server's regular expressions (RE2) have no (?!",
  ],
  [
    'nor look-behind',
    z.array(z.string().regex(/(?<=x)y/)),
    "schema of []: the API server's regular expressions (RE2) have no (?<=",
  ],
  [
    'nor back references',
    z.record(z.string(), z.string().regex(/(a)\1/)),
    "schema of .*: the API server's regular expressions (RE2) have no \\1",
  ],
  [
    'a flag has no place in a pattern',
    z.object({ a: z.object({ b: z.string().regex(/^a$/i) }) }),
    'schema of a.b: flags of /^a$/i would be lost',
  ],
  [
    'checks of keys are lost as well',
    z.object({ a: z.record(z.string().regex(/^a$/), z.string()) }),
    'schema of a: a structural schema does not check keys; use boundedMap',
  ],
  [
    'two patterns have no place either',
    z.object({ a: z.string().regex(/a/).regex(/b/) }),
    'schema of a: allOf has no structural form',
  ],
  [
    'a union of objects',
    z.object({ a: z.discriminatedUnion('t', [z.object({ t: z.literal('x') }), z.object({ t: z.literal('y') })]) }),
    'schema of a: oneOf has no structural form',
  ],
  [
    'another mixed union',
    z.object({ a: z.union([z.string(), z.boolean()]) }),
    'schema of a: the only union with a structural form is [integer, string]',
  ],
  [
    'a date has no JSON',
    z.object({ a: z.array(z.object({ b: z.date() })) }),
    'schema of a[].b: Date cannot be represented in JSON Schema',
  ],
  ['a format is checked by nobody', z.object({ a: z.email() }), 'schema of a: format has no structural form'],
  [
    'defaults inside of what may be left out are never filled in',
    z.object({ a: z.object({ b: z.boolean().default(false) }).optional() }),
    'schema of a: has defaults inside, which the API server fills in only where the object is; give it a default too',
  ],
]
t.test('what a structural schema cannot say is refused with its path', async t => {
  for (const [why, schema, message] of refused) t.throws(() => structuralSchema(schema), { message }, why)
  const Tree = z.object({
    get children() {
      return z.array(Tree)
    },
  })
  t.throws(() => structuralSchema(Tree), /Cycle detected/, 'a schema that holds itself never ends')
})
