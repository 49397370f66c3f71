import t from 'tap'
import { ingressUrls } from '../lib/preview/preview-urls.js'
import { previewValues } from '../lib/preview/preview-values.js'
import { hasUnchangedHosts } from '../lib/preview/unchanged-hosts.js'

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

const unchanged: [values: object, want: boolean][] = [
  [{ ingress: { host: 'app.example.com' } }, true],
  [{ web: { ingress: { enabled: true, hostname: 'app.example.com', tls: true } } }, true],
  [{ ingress: { hosts: [{ host: '' }], extraHosts: [{ name: 'b.example.com' }] } }, true],
  [{ ingress: [{ hosts: [{ host: 'app.example.com' }] }] }, true],
  [{ ingress: { hosts: { main: { host: 'app.example.com' } } } }, true],
  [{ httpRoute: { hostnames: ['app.example.com'] } }, true],
  [{ gateway: { listeners: [{ hostname: '*.example.com' }] } }, true],
  [{ parts: [{ ingress: { host: 'app.example.com' } }] }, true],
  [{ ingress: { hosts: ['app.example.com'], annotations: { 'example.com/hostname': 'app.example.com' } } }, false],
  [{ ingress: { enabled: false, host: 'app.example.com' } }, false],
  [{ ingress: { className: 'nginx', host: '', tls: [{ hosts: ['app.example.com'] }] } }, false],
  [{ ingress: 'app.example.com', database: { host: 'db.example.com' } }, false],
]
for (const [given, want] of unchanged) {
  t.test(
    `${JSON.stringify(given)} ${want ? 'names' : 'does not name'} hosts that stay those of the Service`,
    async t => {
      t.equal(hasUnchangedHosts(given), want)
    },
  )
}
