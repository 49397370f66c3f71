import fc from 'fast-check'
import t from 'tap'
import type { Pod } from '../lib/kubernetes/api.js'
import { podReport } from '../lib/kubernetes/pod-report.js'
import { MAX_OUTPUT_BYTES, parseOutput } from '../lib/terraform/output.js'
import { pod } from './pod.js'

const outputs: [why: string, log: string, want: object | RegExp][] = [
  ['a document alone', '{"outputs":{"a":1}}', { a: 1 }],
  ['noise around it', 'INFO { x\n{"level":"info"}\n{"outputs":{"a":1}}\nbye }', { a: 1 }],
  ['a brace or a quote in the line before is no beginning', 'it is "open {\n{ "a\n{"outputs":{"a":1}}', { a: 1 }],
  ['much noise that looks like a beginning', `${'{"a":[{ '.repeat(200_000)}\n{"outputs":{"a":1}}`, { a: 1 }],
  ['the last one counts', '{"outputs":{"a":1}}\n{"outputs":{"a":2}}', { a: 2 }],
  ['on one line with other text', 'done: {"outputs":{"a":"}"}} ok', { a: '}' }],
  [
    'over several lines',
    '{\n  "other": {"b": 1},\n  "outputs": {\n    "a": [1, {"c": "\\"}"}]\n  }\n}\n',
    { a: [1, { c: '"}' }] },
  ],
  ['the key within another document is no top level', '{"outputs":{"a":1}}\n{"x":{"outputs":{"a":2}}}', { a: 1 }],
  [
    'sensitive entries are dropped, nested ones too',
    '{"outputs":{"a":{"value":"s","sensitive":true},"b":{"c":{"value":"s","sensitive":true},"d":{"value":1,"sensitive":false}},"e":[{"value":"s","sensitive":true},2]}}',
    { b: { d: { value: 1, sensitive: false } }, e: [2] },
  ],
  ['all of it sensitive', '{"outputs":{"value":"s","sensitive":true}}', {}],
  ['__proto__ is dropped', '{"outputs":{"__proto__":{"x":1},"a":1}}', { a: 1 }],
  ['nothing at all', '', /printed no JSON object/],
  ['no JSON', 'Apply complete! Resources: 0 added', /printed no JSON object/],
  ['NaN is no JSON', '{"outputs":{"a":NaN}}', /printed no JSON object/],
  ['cut off', '{"outputs":{"a":1}', /printed no JSON object/],
  ['a list', '{"outputs":[1]}', /is no map/],
  ['a text', '{"outputs":"x"}', /is no map/],
  ['too deep', `{"outputs":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}`, /deeper than 50/],
  ['too large', `{"outputs":{"a":"${'x'.repeat(MAX_OUTPUT_BYTES)}"}}`, /more than the 204800/],
]
for (const [why, log, want] of outputs) {
  t.test(`output: ${why}`, t => {
    const { outputs: got, fault } = parseOutput(log)
    if (want instanceof RegExp) t.match(fault, want)
    else t.strictSame(got, want)
    t.end()
  })
}

t.test('a log full of braces costs little, and odd logs throw nothing', t => {
  const began = performance.now()
  t.match(parseOutput('{'.repeat(500_000)).fault, /printed no/)
  t.ok(performance.now() - began < 2000)
  const piece = fc.constantFrom('{', '}', '"', '"outputs"', ':', '[', ']', '\\', '1', ',', '\n', '{"outputs":{}}')
  fc.assert(
    fc.property(fc.array(piece), parts => typeof parseOutput(parts.join('')) === 'object'),
    { numRuns: 2000 },
  )
  t.end()
})

const container = (state: object, lastState: object = {}) => ({ containerStatuses: [{ state, lastState }] })
const reports: [why: string, pods: Pod[], want: object][] = [
  ['no pod yet: quota, or too early', [], { hasStarted: false, reason: 'PodNotCreated' }],
  [
    'an image that cannot be pulled',
    [pod(container({ waiting: { reason: 'ImagePullBackOff' } }))],
    { hasStarted: false, reason: 'ImagePullBackOff' },
  ],
  [
    'a Secret that is missing',
    [pod(container({ waiting: { reason: 'CreateContainerConfigError' } }))],
    { hasStarted: false, reason: 'CreateContainerConfigError' },
  ],
  [
    'the usual start is no reason',
    [pod(container({ waiting: { reason: 'ContainerCreating' } }))],
    { hasStarted: false, reason: undefined },
  ],
  [
    'no node takes it',
    [pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] })],
    { hasStarted: false, reason: 'Unschedulable' },
  ],
  ['it runs', [pod({ phase: 'Running', ...container({ running: {} }) })], { hasStarted: true, reason: undefined }],
  [
    'an exit code says all',
    [pod({ phase: 'Failed', ...container({ terminated: { reason: 'Error', exitCode: 3 } }) })],
    { hasStarted: true, reason: undefined, exitCode: 3 },
  ],
  [
    'killed for its memory',
    [pod({ phase: 'Failed', ...container({ terminated: { reason: 'OOMKilled', exitCode: 137 } }) })],
    { hasStarted: true, reason: 'OOMKilled', exitCode: 137 },
  ],
  ['evicted', [pod({ phase: 'Failed', reason: 'Evicted' })], { hasStarted: true, reason: 'Evicted' }],
  [
    'a second pod waits, the first has run',
    [pod(container({ waiting: { reason: 'ErrImagePull' } }), 'b', '2026-01-02T00:00:00Z'), pod({ phase: 'Failed' })],
    { hasStarted: true, reason: 'ErrImagePull' },
  ],
]
for (const [why, pods, want] of reports) {
  t.test(`pods: ${why}`, t => {
    t.match(podReport(pods), want)
    t.end()
  })
}
