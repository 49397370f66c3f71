import t from 'tap'
import { startFakeRegistry } from './fake/registry.js'
import { failureOf, lister, password, secret, withFake } from './registry-lister.js'

t.test('credentials are shown as the challenge wants them', async t => {
  await t.test('Basic', t =>
    withFake(async fake => {
      fake.access = { kind: 'basic', username: 'user', password: secret }
      const { list } = lister(fake, { use: password })
      t.equal((await list()).tags.length, 2)
      await list()
      t.equal(fake.counts.challenge, 1, 'asked for once')
      const none = await failureOf(lister(fake).list())
      t.match(none, { reason: 'AuthenticationFailed', message: /needs credentials/ })
      const held = await failureOf(
        lister(fake, { credentials: async () => ({ kind: 'helper', program: 'docker-credential-desktop' }) }).list(),
      )
      t.match(held, { reason: 'AuthenticationFailed', message: /needs .* the password to 'docker-credential-desktop'/ })
      const wrong = await failureOf(lister(fake, { use: { ...password, password: 'wrong' } }).list())
      t.match(wrong, { reason: 'AuthenticationFailed', message: /refuses to list/ })
    }),
  )
  await t.test('a token for everybody, kept until it expires', t =>
    withFake(async fake => {
      fake.access = { kind: 'token', expiresIn: 300 }
      const { list, pass } = lister(fake)
      await list()
      await list()
      t.equal(fake.counts.token, 1)
      t.match(fake.seen[1]?.path, '/token?service=fake&scope=repository%3Ateam%2Fapp%3Apull')
      pass(301_000)
      await list()
      t.equal(fake.counts.token, 2)
    }),
  )
  await t.test('a token for a password', t =>
    withFake(async fake => {
      fake.access = { kind: 'token', password: { username: 'user', password: secret }, field: 'access_token' }
      t.equal((await lister(fake, { use: password }).list()).tags.length, 2)
      const wrong = await failureOf(lister(fake, { use: { ...password, password: 'wrong' } }).list())
      t.match(wrong, {
        reason: 'AuthenticationFailed',
        message: /gives no token \(401\) for 'team\/app'; .* credentials in/,
      })
      const none = await failureOf(lister(fake).list())
      t.match(none, { message: /\(401\) for 'team\/app'; check imageName; if the image is private, add credentials/ })
    }),
  )
  await t.test('a token service that gives none is told of, with a cure', t =>
    withFake(async fake => {
      const other = await startFakeRegistry({ 'team/app': ['3.0.0'] })
      const told = async (path: string) => {
        fake.access = { kind: 'token', realm: other.url + path }
        return (await failureOf(lister(fake).list())).message
      }
      const subject = `the token service of registry '${fake.host}' answers`
      const cure = 'check that a registry answers there, no proxy and no login page'
      t.equal(await told('/v2/team/app/tags/list'), `${subject} without a token; ${cure}`)
      t.equal(await told('/token'), `${subject} with status 404; ${cure}`)
      other.fault = { kind: 'status', status: 502 }
      t.equal(await told('/v2/team/app/tags/list'), `${subject} with status 502; see whether it is up`)
      fake.access = { kind: 'open' }
      fake.fault = { kind: 'redirect', to: fake.url }
      t.equal((await failureOf(lister(fake).list())).message, `registry '${fake.host}' redirects too often; ${cure}`)
      fake.fault = { kind: 'redirect', to: 'ftp://x' }
      t.match(await failureOf(lister(fake).list()), { message: /redirects to where it must not; check that/ })
      await other.close()
    }),
  )
  await t.test('a token for an identity token', t =>
    withFake(async fake => {
      fake.access = { kind: 'token', identityToken: 'id' }
      t.equal((await lister(fake, { use: { kind: 'identityToken', token: 'id' } }).list()).tags.length, 2)
    }),
  )
  await t.test('nothing is sent to a token service of strangers', t =>
    withFake(async fake => {
      fake.access = { kind: 'token', realm: 'https://auth.attacker.example/token' }
      const asked: string[] = []
      const spy: typeof fetch = (input, init) => {
        const host = input instanceof URL ? input.host : ''
        asked.push(host)
        return host === fake.host ? fetch(input, init) : Promise.resolve(new Response('', { status: 401 }))
      }
      const failure = await failureOf(lister(fake, { use: password, fetch: spy }).list())
      t.match(failure, { reason: 'AuthenticationFailed', message: /auth\.attacker\.example', which is not trusted/ })
      t.match(failure.message, /have the host added to ALLOWED_TOKEN_HOSTS$/)
      t.same(asked, [fake.host])
      const tokenHosts = ['auth.attacker.example']
      await failureOf(lister(fake, { use: password, fetch: spy, tokenHosts }).list())
      t.same(asked, [fake.host, fake.host, 'auth.attacker.example'], 'but where the installation trusts it')
    }),
  )
  await t.test('a redirect to another origin gets no credentials', t =>
    withFake(async fake => {
      const other = await startFakeRegistry({ 'team/app': ['3.0.0'] })
      fake.access = { kind: 'basic', username: 'user', password: secret }
      const { list } = lister(fake, { use: password })
      await list()
      fake.fault = { kind: 'redirect', to: other.url }
      t.match((await list()).tags, [{ text: '3.0.0' }])
      t.equal(other.seen[0]?.authorization, undefined)
      other.access = { kind: 'basic', username: 'user', password: secret }
      t.equal((await failureOf(list())).reason, 'AuthenticationFailed', 'nor when it asks for them')
      t.ok(other.seen.every(({ authorization }) => authorization === undefined))
      await other.close()
    }),
  )
})
