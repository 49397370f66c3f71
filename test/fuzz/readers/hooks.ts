import fc from 'fast-check'
import { post } from '../app.js'
import { json } from '../grammar.js'
import type { Reader } from '../reader.js'

const HOOKS = ['services', 'terraforms'].flatMap(kind =>
  ['sync', 'finalize', 'customize'].map(hook => `/${kind}/${hook}`),
)

const objects = fc.dictionary(
  fc.constantFrom('Secret.v1', 'ConfigMap.v1', 'Job.batch/v1', 'ApplicationSet.argoproj.io/v1alpha1', 'odd'),
  fc.dictionary(fc.constantFrom('team/x', 'team/x-output', 'x'), fc.jsonValue()),
)

/** What Metacontroller posts: each input to all hooks of both kinds, as it would come over the network. */
export const hookReaders: readonly Reader[] = [
  {
    name: 'hook-body',
    format: 'json',
    input: fc.oneof(
      fc.string(),
      json(),
      json(
        fc.record(
          {
            parent: fc.record({
              apiVersion: fc.constant('alustan.io/v1alpha1'),
              kind: fc.constantFrom('Service', 'Terraform'),
              metadata: fc.record({ name: fc.constant('x'), namespace: fc.constant('team'), uid: fc.constant('u') }),
              spec: fc.jsonValue(),
              status: fc.jsonValue(),
            }),
            children: objects,
            related: objects,
            finalizing: fc.boolean(),
          },
          { requiredKeys: ['parent'] },
        ),
      ),
    ),
    read: async payload => {
      for (const url of HOOKS) {
        await post(`http://hooks${url}`, payload, { 'content-type': 'application/json' })
      }
    },
  },
]
