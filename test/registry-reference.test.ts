import t from 'tap'
import { imageRepository, isRepository, retag } from '../lib/registry/reference.js'
import { base, docker, endpoints } from './registry-objects.js'

const generic = (host: string, allowedRegistryHosts: string[] = []) =>
  imageRepository({ ...base, provider: 'generic', host }, { ...endpoints, allowedRegistryHosts })

t.test('an image has a registry to ask, a path there, and a name in references', async t => {
  t.match(docker('nginx'), { endpoint: 'https://registry-1.docker.io', path: 'library/nginx', name: 'nginx' })
  t.match(docker('alustan/backend'), { path: 'alustan/backend', name: 'alustan/backend' })
  const ghcr = imageRepository({ ...base, provider: 'ghcr' }, { ...endpoints, ghcrUrl: 'http://127.0.0.1:5' })
  t.match(ghcr, { endpoint: 'http://127.0.0.1:5', path: 'team/app', name: 'ghcr.io/team/app' })
  t.match(generic('Registry.example.com:5000'), {
    endpoint: 'https://registry.example.com:5000',
    name: 'registry.example.com:5000/team/app',
  })
  t.equal(generic('localhost:5000').endpoint, 'http://localhost:5000', 'loopback is asked by plain http')
  t.equal(generic('127.9.9.9').endpoint, 'http://127.9.9.9')
  t.equal(generic('127.example.com').endpoint, 'https://127.example.com', 'a name that looks like loopback is none')
  t.equal(generic('a:5', ['http://a:5', 'b']).endpoint, 'http://a:5', 'as the operator wrote it')
  t.equal(generic('b', ['http://a:5', 'b']).endpoint, 'https://b')
  t.throws(() => generic('c', ['http://a:5', 'b']), {
    reason: 'RegistryHostForbidden',
    message: /is not allowed here; use/,
  })
  t.throws(
    () => generic('localhost', ['b']),
    { reason: 'RegistryHostForbidden', message: /is not allowed here; use/ },
    'loopback too',
  )
  t.throws(
    () => generic('b:5000', ['b']),
    { reason: 'RegistryHostForbidden', message: /is not allowed here; use/ },
    'a port is part of the host',
  )
  t.throws(() => generic('a:99999'), { reason: 'InvalidSpec', message: /is no host/ })
  t.throws(() => imageRepository({ ...base, provider: 'generic' }, endpoints), {
    reason: 'InvalidSpec',
    message: /names no registry/,
  })
})

t.test('a string that is the image gets the tag, and no other string', async t => {
  const digest = `@sha256:${'0'.repeat(64)}`
  const hosted = generic('host:5000')
  const rows = [
    ['alustan/backend', docker('alustan/backend'), 'alustan/backend:9'],
    ['alustan/backend:1.0', docker('alustan/backend'), 'alustan/backend:9'],
    [`alustan/backend:1.0${digest}`, docker('alustan/backend'), 'alustan/backend:9'],
    [`alustan/backend${digest}`, docker('alustan/backend'), 'alustan/backend:9'],
    ['docker.io/alustan/backend:1', docker('alustan/backend'), 'docker.io/alustan/backend:9'],
    ['index.docker.io/alustan/backend', docker('alustan/backend'), 'index.docker.io/alustan/backend:9'],
    ['registry-1.docker.io/alustan/backend', docker('alustan/backend'), 'registry-1.docker.io/alustan/backend:9'],
    ['library/nginx:1', docker('nginx'), 'library/nginx:9'],
    ['docker.io/library/nginx', docker('nginx'), 'docker.io/library/nginx:9'],
    ['nginx:1', docker('library/nginx'), 'nginx:9'],
    ['team/app:1', hosted, 'team/app:9'],
    ['host:5000/team/app', hosted, 'host:5000/team/app:9'],
    ['host:5000/team/app:1', hosted, 'host:5000/team/app:9'],
    ['host/team/app', hosted, undefined],
    ['ghcr.io/alustan/backend', docker('alustan/backend'), undefined],
    ['https://docker.io/alustan/backend', docker('alustan/backend'), undefined],
    ['alustan/backend2', docker('alustan/backend'), undefined],
    ['alustan/backend:', docker('alustan/backend'), undefined],
    ['alustan/backend:a b', docker('alustan/backend'), undefined],
    ['run alustan/backend:1', docker('alustan/backend'), undefined],
    ['alustan/backend:1:2', docker('alustan/backend'), undefined],
    ['', docker('alustan/backend'), undefined],
  ] as const
  for (const [text, image, want] of rows) t.equal(retag(text, image, '9'), want, `'${text}'`)
  t.equal(isRepository('docker.io/library/nginx', docker('nginx')), true)
  t.equal(isRepository('nginx:1', docker('nginx')), false)
})
