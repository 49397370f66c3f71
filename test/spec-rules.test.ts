import t from 'tap'
import { ServiceSpec } from '../lib/service/spec.js'

const SMALLEST = { workspace: 'staging', source: { repoURL: 'https://example.com/charts' } }

t.test('an image that begins with a host is refused where the provider is the host', async t => {
  const imageFault = (provider: string, imageName: string) => {
    const host = provider === 'generic' ? { host: 'mirror.example.com' } : {}
    const containerRegistry = { provider, imageName, ...host }
    return ServiceSpec.safeParse({ ...SMALLEST, containerRegistry }).error?.issues[0]
  }
  const hosts = ['ghcr.io/acme/api', 'docker.io/library/nginx', 'localhost/api', 'registry.example.com/a']
  for (const image of hosts) {
    for (const provider of ['docker', 'ghcr']) {
      const want = { path: ['containerRegistry', 'imageName'], message: /leave the host out, or set provider generic/ }
      t.match(imageFault(provider, image), want, `${provider} ${image}`)
    }
    t.equal(imageFault('generic', image), undefined, `a mirror may have ${image}`)
  }
  for (const image of ['nginx', 'my.image', 'acme/my.api', 'acme/localhost/x', 'localhosts/x'])
    t.equal(imageFault('docker', image), undefined, image)
})

t.test('a release that Helm would not take is refused, at once where no placeholder is in its name', async t => {
  const releaseFault = (releaseName: string) =>
    ServiceSpec.safeParse({ ...SMALLEST, source: { ...SMALLEST.source, releaseName } }).error?.issues[0]
  for (const name of ['My_App', '-a', 'a..b', '', 'x'.repeat(54), '${other.NAME}'])
    t.match(
      releaseFault(name),
      { path: ['source', 'releaseName'], message: /; use at most 53 lower-case letters/ },
      name,
    )
  for (const name of ['my-app', 'a.b-1', 'x'.repeat(53), '${workspace.NAME}-api', `\${workspace.${'N'.repeat(60)}}`])
    t.equal(releaseFault(name), undefined, name)
})
