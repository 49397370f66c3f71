import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { type FakeRegistry, startFakeRegistry } from './fake/registry.js'
import type { ScanOptions } from '../lib/cli/image-argument.js'
import type { Format } from '../lib/cli/output.js'
import { scan } from '../lib/cli/scan.js'
import { parseConfig } from '../lib/config.js'
import { close, listen } from './fake/listen.js'
import { alustan } from './run-cli.js'
import { told } from './told.js'

const scanned = (image: string, options: Partial<ScanOptions> = {}, env = {}, format: Format = 'table') =>
  told(write => scan(image, { constraint: '*', ...options }, { format, write }, parseConfig(env)))

const PASSWORD = 'never-to-be-shown'

async function registry(t: Test, tags: string[]): Promise<FakeRegistry> {
  const fake = await startFakeRegistry({ 'alustan/backend': tags })
  t.teardown(() => fake.close())
  return fake
}

t.test('scan', async t => {
  const tags = ['latest', '1.0', '0.1.0', '0.2.0', '0.2.1', 'v0.2.1', '0.3.0-rc.1', '1.0.0', '1.1.0', '0.2.0-alpine']
  const fake = await registry(t, tags)
  fake.pageSize = 4
  const image = `${fake.host}/alustan/backend`

  t.test('says what would be chosen, what comes next and why not the others, for people', async t => {
    const { code, stdout, stderr } = await scanned(image, { constraint: '>=0.1, <1' })
    t.equal(stderr, '')
    t.equal(code, 0)
    t.equal(
      stdout.replace(/in [\d.]+ s/, 'in 0 s'),
      `IMAGE         ${image}
ASKED         http://${fake.host}: 10 tags on 3 pages in 0 s
CREDENTIALS   none; DOCKER_CONFIG_JSON names no docker config.json
CONSTRAINT    >=0.1, <1
CHOSEN        0.2.1
NEXT          0.2.0, 0.1.0

REJECTED   WHY                                              SUCH AS
2          a prerelease, which the constraint does not name   0.3.0-rc.1, 0.2.0-alpine
2          higher, but '>=0.1, <1' does not allow it          1.1.0, 1.0.0
1          the same version as the chosen tag                 v0.2.1
2          no full version x.y.z                              1.0, latest
`.replace(
        'WHY                                              SUCH',
        'WHY                                                SUCH',
      ),
    )
  })

  t.test('and for programs; options are those of the spec', async t => {
    const options = { constraint: '~0.2.0-0', tagFilter: 'alpine$', includePrereleases: true }
    const asJson = JSON.parse((await scanned(image, options, {}, 'json')).stdout)
    t.match(asJson, { image, chosen: '0.2.0-alpine', next: [], tags: 10, pages: 3, isTruncated: false })
    t.match(asJson.rejected, [
      { why: "higher, but '~0.2.0-0' does not allow it", count: 3, examples: ['1.1.0', '1.0.0', '0.3.0-rc.1'] },
      { why: "lower, and '~0.2.0-0' does not allow it", count: 1, examples: ['0.1.0'] },
      { why: "tag filter 'alpine$' does not match it", count: 3 },
      { why: 'no full version x.y.z', count: 2 },
    ])
    const asYaml = parse((await scanned(image, options, {}, 'yaml')).stdout)
    t.same({ ...asYaml, seconds: 0 }, { ...asJson, seconds: 0 })
  })

  t.test('tells which credentials were used and never what they are', async t => {
    const file = `${t.testdir({})}/config.json`
    writeFileSync(file, JSON.stringify({ auths: { [fake.host]: { username: 'somebody', password: PASSWORD } } }))
    fake.access = { kind: 'token', password: { username: 'somebody', password: PASSWORD } }
    const { code, stdout, stderr } = await scanned(image, {}, { DOCKER_CONFIG_JSON: file })
    t.equal(code, 0, stderr)
    t.match(stdout, `CREDENTIALS   user and password of entry '${fake.host}' in ${file}\n`)
    fake.access = { kind: 'token', password: { username: 'somebody', password: 'another' } }
    const refused = await scanned(image, {}, { DOCKER_CONFIG_JSON: file })
    t.equal(refused.code, 5)
    t.match(
      refused.stderr,
      /^alustan: registry '.*' gives no token \(401\) for .* \(asked http:.*entry '.*config\.json\)\n$/,
    )
    for (const text of [stdout, stderr, refused.stdout, refused.stderr]) t.notMatch(text, /never-to-be-shown|somebody/)
    fake.access = { kind: 'open' }
  })

  t.test('tells faults in a line, each with its exit code', async t => {
    const config = `${t.testdir({ 'config.json': '{"auths": 1}' })}/config.json`
    const rows: [image: string, code: number, message: RegExp, options?: Partial<ScanOptions>, env?: object][] = [
      [
        image,
        6,
        /^alustan: image '.*' has no tag that satisfies '\^2'; its highest version is 1\.1\.0; push/,
        { constraint: '^2' },
      ],
      [image, 1, /^alustan: .*'newest'/, { constraint: 'newest' }],
      [image, 1, /^alustan: tagFilter '\('/, { tagFilter: '(' }],
      [`${image}:1`, 1, /^alustan: image '.*:1' should not include a tag; remove ':1', and say which/],
      [`${image}@sha256:ab`, 1, /^alustan: image '.*' should not include a digest; remove '@sha256:ab'\n/],
      [`https://${image}`, 1, /^alustan: image 'https:.*' should not have a scheme/],
      ['Alustan/Backend', 1, /^alustan: image 'Alustan\/Backend' cannot be scanned: write the image in lower case/],
      [
        `${fake.host}/no/such`,
        5,
        /^alustan: registry '.*' has no image '.*no\/such'; check imageName, or push it \(asked /,
      ],
      [
        '127.0.0.1:9/a',
        5,
        /^alustan: registry '127\.0\.0\.1:9' cannot be reached.* \(asked http:\/\/127\.0\.0\.1:9 with/,
      ],
      [image, 1, /config\.json' is no docker config\.json; write/, {}, { DOCKER_CONFIG_JSON: config }],
      [image, 1, /is not allowed here/, {}, { ALLOWED_REGISTRY_HOSTS: 'registry.example.com' }],
    ]
    for (const [text, wanted, message, options, env] of rows) {
      const { code, stderr } = await scanned(text, options, env)
      t.equal(code, wanted, text)
      t.match(stderr, message)
      t.equal(stderr.split('\n').length, 2, stderr)
    }
  })

  t.test('stays under 128 MiB of memory with 100,000 tags', async t => {
    const server = createServer((request, response) => {
      const at = Number(new URL(request.url ?? '', 'http://x').searchParams.get('at') ?? 0)
      const tags = Array.from({ length: 1000 }, (_, index) => `1.${index}.${at}-build.${at * 1000 + index}`)
      const next = `</v2/a/tags/list?at=${at + 1}>; rel="next"`
      response.writeHead(200, at < 99 ? { link: next } : {}).end(JSON.stringify({ tags }))
    })
    const { host } = new URL(await listen(server))
    t.teardown(() => close(server))
    // Not resourceUsage: that of a child begins with the size of the one who started it.
    const tell = `import { existsSync, readFileSync } from 'node:fs'
      process.on('exit', () => {
        const peak = existsSync('/proc/self/status') && /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
        process.stderr.write(peak || String(process.memoryUsage().rss / 1024))
      })`
    const args = ['scan', `${host}/a`, '-c', '>=1.0.0-0', '-o', 'json']
    const { code, stdout, stderr } = await alustan(args, '', {}, [
      '--import',
      `data:text/javascript,${encodeURIComponent(tell)}`,
    ])
    t.equal(code, 0)
    t.match(JSON.parse(stdout), { chosen: '1.999.99-build.99999', tags: 100_000, pages: 100 })
    const mebibytes = Number(stderr) / 1024
    t.comment(`${mebibytes.toFixed(0)} MiB`)
    t.ok(mebibytes > 20 && mebibytes < 128, `${mebibytes.toFixed(0)} MiB`)
  })
})
