import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../lib/config.js'
import { registryCredentials } from '../lib/registry/image-scanner.js'
import { entryFor, helperFault, parseDockerConfig, type DockerConfig } from '../lib/registry/docker-config.js'
import { watchedFile } from '../lib/watched-file.js'
import { auth, config } from './registry-objects.js'

t.test('credentials are found as docker and kubelet find them', async t => {
  const many = config({
    'https://index.docker.io/v1/': { auth: auth('hub:pass:word') },
    'ghcr.io': { username: 'gh', password: 'p' },
    'https://registry.example.com/v2/': { auth: auth('plain:p') },
    'registry.example.com/team': { auth: auth('team:p') },
    'registry.example.com/team/deep': { auth: auth('deep:p') },
    'host:5000': { identitytoken: 'id', auth: auth('x:') },
    '*.dkr.ecr.*.amazonaws.com': { auth: auth('AWS:p') },
    '1.dkr.ecr.eu-west-1.amazonaws.com': { auth: auth('own:p') },
    'helper.example.com': {},
  })
  const rows = [
    ['registry-1.docker.io', 'library/nginx', 'hub'],
    ['docker.io', 'a/b', 'hub'],
    ['ghcr.io', 'a/b', 'gh'],
    ['GHCR.io', 'a/b', 'gh'],
    ['registry.example.com', 'other/app', 'plain'],
    ['registry.example.com', 'team/app', 'team'],
    ['registry.example.com', 'team/deep/app', 'deep'],
    ['registry.example.com', 'teams/app', 'plain'],
    ['registry.example.com:5000', 'a/b', undefined],
    ['2.dkr.ecr.us-east-1.amazonaws.com', 'a', 'AWS'],
    ['1.dkr.ecr.eu-west-1.amazonaws.com', 'a', 'own'],
    ['x.2.dkr.ecr.us-east-1.amazonaws.com', 'a', undefined],
    ['helper.example.com', 'a', undefined],
    ['unknown.example.com', 'a', undefined],
  ] as const
  for (const [host, repository, want] of rows) {
    const found = entryFor(many, host, repository)?.credentials
    t.equal(found?.kind === 'password' ? found.username : undefined, want, `${host}/${repository}`)
  }
  t.match(entryFor(many, 'docker.io', 'a/b')?.credentials, { password: 'pass:word' }, 'split at the first colon')
  t.same(entryFor(many, 'host:5000', 'a')?.credentials, { kind: 'identityToken', token: 'id' })
})

t.test('passwords that a helper holds are said to be just that', async t => {
  const file = {
    auths: { 'written.example.com': { auth: auth('me:p') }, 'https://index.docker.io/v1/': {}, 'gcr.io': {} },
    credHelpers: { 'gcr.io': 'gcloud', 'written.example.com': 'gcloud' },
    credsStore: 'desktop',
  }
  const parsed = parseDockerConfig(JSON.stringify(file), 'file')
  t.match(entryFor(parsed, 'written.example.com', 'a')?.credentials, { kind: 'password', username: 'me' })
  t.same(entryFor(parsed, 'gcr.io', 'a')?.credentials, { kind: 'helper', program: 'docker-credential-gcloud' })
  for (const host of ['docker.io', 'other.example.com'])
    t.same(entryFor(parsed, host, 'a')?.credentials, { kind: 'helper', program: 'docker-credential-desktop' })
  t.equal(
    helperFault(parsed, "file 'x'")?.message,
    "file 'x' leaves passwords to 'docker-credential-desktop' and 'docker-credential-gcloud', which cannot be asked here; write username and password into it",
  )
  t.equal(helperFault(config({ a: { auth: auth('me:p') } }), 'file'), undefined)

  const path = join(t.testdir({ 'config.json': JSON.stringify(file) }), 'config.json')
  const faults: string[] = []
  const find = registryCredentials({ ...parseConfig({}), dockerConfigPath: path }, fault => faults.push(fault.message))
  for (let times = 0; times < 3; times++) await find('docker.io', 'a')
  t.equal(faults.length, 1, 'told once')
})

t.test('a file that is no docker config is refused without telling what is in it', async t => {
  for (const text of [
    '',
    'secret',
    '[]',
    '"secret"',
    '{"auths":"secret"}',
    '{"auths":{"a":{"auth":5}}}',
    '{"auths":{"a":"secret"}}',
  ]) {
    t.throws(
      () => parseDockerConfig(text, 'file x'),
      { reason: 'InvalidInput', message: /^file x is no docker config\.json; write/ },
      text,
    )
  }
  t.throws(() => config({ a: { auth: 'c2VjcmV0' } }), {
    message: "file: 'auth' of 'a' cannot be read; it must be the base64 of USER:PASSWORD",
  })
  t.same(parseDockerConfig('{}', 'file'), [], 'docker writes one without credentials too')
})

t.test('the docker config is read again when it changes, and the good one kept when it turns bad', async t => {
  const folder = t.testdir({ 'config.json': '{"auths":{"a":{"auth":"' + auth('one:p') + '"}}}' })
  const path = join(folder, 'config.json')
  const replace = async (text: string) => {
    await writeFile(`${path}.new`, text)
    await rename(`${path}.new`, path)
  }
  const configFile = (at: string, faults: string[]) =>
    watchedFile<DockerConfig>({
      path: at,
      variable: 'DOCKER_CONFIG_JSON',
      parse: parseDockerConfig,
      initial: [],
      onFault: ({ message }) => faults.push(message),
    })
  const faults: string[] = []
  const read = configFile(path, faults)
  const first = await read()
  t.match(entryFor(first, 'a', 'x')?.credentials, { username: 'one' })
  t.equal(await read(), first, 'not read twice')
  await replace('garbage')
  t.equal(await read(), first)
  await read()
  t.equal(faults.length, 1, 'told once')
  await replace('{"auths":{"a":{"auth":"' + auth('two:p') + '"}}}')
  t.match(entryFor(await read(), 'a', 'x')?.credentials, { username: 'two' })
  const missing: string[] = []
  t.same(await configFile(join(folder, 'none'), missing)(), [])
  t.match(missing, [/cannot be read \(ENOENT\); check DOCKER_CONFIG_JSON$/])
})
