import fc from 'fast-check'
import { Pod } from '../../../lib/kubernetes/api.js'
import { livePods, podReport } from '../../../lib/kubernetes/pod-report.js'
import { parseJson } from '../../../lib/http/parse-json.js'
import { MAX_OUTPUT_BYTES, parseOutput } from '../../../lib/terraform/output.js'
import { grammar, json } from '../grammar.js'
import type { Reader } from '../reader.js'

/** What the pods of a Terraform's runs say. */
export const podReaders: readonly Reader[] = [
  {
    name: 'log-output',
    format: 'text',
    input: grammar(
      '{',
      '}',
      '"outputs"',
      ':',
      '"value"',
      '"sensitive":true',
      ',',
      '[',
      ']',
      '"',
      '\\',
      '\n',
      '1',
      'null',
    ),
    read: log => {
      const { outputs } = parseOutput(log)
      if (outputs !== undefined && Buffer.byteLength(JSON.stringify(outputs)) > MAX_OUTPUT_BYTES) {
        throw new Error('more output than is kept')
      }
    },
  },
  {
    name: 'pod',
    format: 'json',
    input: json(
      fc.record({ metadata: fc.record({ name: fc.string() }), status: fc.jsonValue() }, { requiredKeys: ['metadata'] }),
    ),
    read: text => {
      const pod = Pod.safeParse(parseJson(text)).data
      return pod && [podReport([pod, pod]), livePods([pod])]
    },
  },
]
