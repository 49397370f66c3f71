import t from 'tap'
import { ingressUrls } from '../lib/preview/preview-urls.js'
import { previewValues } from '../lib/preview/preview-values.js'

const pull = { number: 7, branch: 'x' }
const values: [why: string, given: object, want: object, urls: string[]][] = [
  [
    'objects and plain strings, with and without tls',
    { hosts: [{ host: 'a.example.com', paths: ['/'] }, 'b.example.com'], tls: [{ hosts: ['a.example.com'] }] },
    {
      hosts: [{ host: 'preview-x-7-a.example.com', paths: ['/'] }, 'preview-x-7-b.example.com'],
      tls: [{ hosts: ['preview-x-7-a.example.com'] }],
    },
    ['http://preview-x-7-b.example.com', 'https://preview-x-7-a.example.com'],
  ],
  [
    'a certificate for a wildcard stays and covers one label',
    { hosts: ['a.example.com', 'a.b.example.com'], tls: [{ hosts: ['*.example.com'], secretName: 's' }] },
    {
      hosts: ['preview-x-7-a.example.com', 'preview-x-7-a.b.example.com'],
      tls: [{ hosts: ['*.example.com'], secretName: 's' }],
    },
    ['http://preview-x-7-a.b.example.com', 'https://preview-x-7-a.example.com'],
  ],
  [
    'tls without hosts covers all',
    { hosts: ['a.example.com'], tls: [{ secretName: 's' }] },
    { hosts: ['preview-x-7-a.example.com'], tls: [{ secretName: 's' }] },
    ['https://preview-x-7-a.example.com'],
  ],
  [
    'an ingress that is off has no address',
    { enabled: false, hosts: ['a.example.com'] },
    { enabled: false, hosts: ['preview-x-7-a.example.com'] },
    [],
  ],
  ['no host at all', { hosts: [{ host: '' }, 7, null], tls: 'x' }, { hosts: [{ host: '' }, 7, null], tls: 'x' }, []],
]
for (const [why, ingress, want, urls] of values) {
  t.test(`values: ${why}`, async t => {
    const deep = { web: { ingress }, hosts: ['c.example.com'] }
    const renamed = previewValues(deep, pull)
    t.strictSame(renamed, { values: { web: { ingress: want }, hosts: ['c.example.com'] }, badHost: undefined })
    t.strictSame(ingressUrls(renamed.values), urls)
  })
}
