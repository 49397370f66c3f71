import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../lib/config.js'
import { AlustanError } from '../lib/errors.js'
import { gitHubToken } from '../lib/github/token.js'
import { SECRET } from './github-lister.js'

t.test('a token from a file is read again when it changes', async t => {
  const path = join(t.testdir({ token: `${SECRET}\n` }), 'token')
  const faults: string[] = []
  const token = gitHubToken({ githubToken: undefined, githubTokenPath: path }, ({ message }) => faults.push(message))
  t.equal(await token(), SECRET)
  await writeFile(path, 'another-one')
  t.equal(await token(), 'another-one')
  for (const bad of ['', 'two words', `${SECRET}\u0000x`, 'ключ-token']) {
    await writeFile(path, bad)
    t.equal(await token(), 'another-one', 'the older one stays')
  }
  t.same(faults, [`file '${path}' holds no GitHub token; write the token and nothing else`])
  const missing = gitHubToken({ githubToken: undefined, githubTokenPath: `${path}.no` }, ({ message }) =>
    faults.push(message),
  )
  t.equal(await missing(), undefined)
  t.match(faults[1], /cannot be read \(ENOENT\); check GITHUB_TOKEN_FILE$/)
  t.equal(await gitHubToken({ githubToken: 'x', githubTokenPath: undefined }, () => undefined)(), 'x')
})

t.test('what the environment says of GitHub is checked in a line, and no secret is in it', async t => {
  const rows: [why: string, env: Record<string, string>, fault: RegExp | undefined][] = [
    ['nothing said', {}, undefined],
    ['a GitHub Enterprise Server', { GITHUB_API_URL: 'https://github.example.com/api/v3/' }, undefined],
    [
      'both ways to give a token',
      { GITHUB_TOKEN: SECRET, GITHUB_TOKEN_FILE: '/x' },
      /GITHUB_TOKEN and GITHUB_TOKEN_FILE are both set; unset one$/,
    ],
    [
      'a token with a line end',
      { GITHUB_TOKEN: `${SECRET}\n` },
      /: GITHUB_TOKEN has characters that no token has; write the token and nothing else$/,
    ],
    [
      'a URL without scheme',
      { GITHUB_API_URL: 'github.example.com' },
      /: GITHUB_API_URL is no http\(s\) URL; write it like https:\/\/HOST$/,
    ],
    [
      'another scheme',
      { GITHUB_API_URL: 'ssh://git@github.com' },
      /: GITHUB_API_URL is no http\(s\) URL; write it like https:\/\/HOST$/,
    ],
    [
      'a password in the URL',
      { GITHUB_API_URL: `https://me:${SECRET}@github.com` },
      /GITHUB_API_URL must have no user, password, query or fragment$/,
    ],
    [
      'a query in the URL',
      { GITHUB_API_URL: `https://github.com/?token=${SECRET}` },
      /GITHUB_API_URL must have no user/,
    ],
    [
      'an interval of nothing',
      { PREVIEW_SYNC_INTERVAL: '0s' },
      /PREVIEW_SYNC_INTERVAL '0s' is no duration from 1s to 480h/,
    ],
  ]
  for (const [why, env, fault] of rows) {
    const message = (() => {
      try {
        t.match(parseConfig(env).githubApiUrl, /^https:.*[^/]$/, why)
        return undefined
      } catch (thrown) {
        return thrown instanceof AlustanError ? thrown.message : thrown
      }
    })()
    if (fault === undefined) t.equal(message, undefined, why)
    else t.match(message, fault, why)
    t.notOk(String(message).includes(SECRET), `${why}: no secret`)
  }
})
