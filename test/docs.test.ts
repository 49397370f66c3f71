import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { buildMetrics } from '../hooks/metrics.js'
import { Preview } from '../lib/preview/preview-status.js'
import { ServiceSpec } from '../lib/service/spec.js'
import { TerraformSpec } from '../lib/terraform/spec.js'

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.md'))
    .map(path => join('docs', path)),
]
const page = (path: string): string => readFileSync(path, 'utf8')

/** Fenced blocks of a language, each with the line before it. */
function blocks(text: string, language: string): { before: string; code: string }[] {
  const found = text.matchAll(new RegExp(`(?:^|\\n)([^\\n]*)\\n\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``, 'g'))
  return [...found].map(([, before = '', code = '']) => ({ before, code }))
}

for (const path of PAGES) {
  t.test(`${path}: links lead to files that are there`, async t => {
    for (const [, link = ''] of page(path).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|#)/.test(link)) continue
      const [file = ''] = link.split('#')
      t.ok(existsSync(join(dirname(path), file)), link)
    }
  })
}

const NEEDS = [
  'Docker',
  'Argo CD installed by its Helm chart',
  'Argo CD installed by its own manifests',
  'the chart uninstalled',
]

t.test('every command says which test runs it, or what it needs that no test has', async t => {
  for (const path of PAGES.filter(path => path.startsWith('docs/'))) {
    for (const { before, code } of blocks(page(path), 'sh')) {
      const [, file = '', text = ''] = /^<!-- tested by: (\S+) "(.+)" -->$/.exec(before) ?? []
      const [, need = ''] = /^<!-- needs: (.+) -->$/.exec(before) ?? []
      t.ok(NEEDS.includes(need) || (existsSync(file) && page(file).includes(text)), `${path}: ${code.split('\n')[0]}`)
    }
  }
})

t.test('the commands that need nothing run', async t => {
  for (const { before, code } of blocks(page('docs/install.md'), 'sh')) {
    if (!before.includes('test/docs.test.ts "examples/services.yaml"')) continue
    const [program = '', ...args] = code.split(' ')
    const out = execFileSync(program === 'node' ? process.execPath : program, args, { encoding: 'utf8' })
    t.match(out, 'alustan/backend:0.2.1')
  }
})

t.test('manifests of our kinds are what the schemas take', async t => {
  const schemas: Record<string, typeof ServiceSpec | typeof TerraformSpec> = {
    Service: ServiceSpec,
    Terraform: TerraformSpec,
  }
  let checked = 0
  for (const path of PAGES) {
    for (const { code } of blocks(page(path), 'yaml')) {
      for (const document of parseAllDocuments(code)) {
        t.strictSame(document.errors, [], path)
        const object = document.toJS()
        if (object?.apiVersion !== 'alustan.io/v1alpha1') continue
        t.equal(schemas[object.kind]?.safeParse(object.spec).success, true, `${path}: ${object.kind}`)
        checked++
      }
    }
  }
  t.not(checked, 0)
})

t.test('every reason of a preview is explained once, and none that does not exist', async t => {
  const section = page('docs/previews.md').split('## Where to look')[1]!.split('\n## ')[0]!
  const explained = section
    .split('\n')
    .flatMap(row => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, reason]) => reason))
  t.strictSame(explained.sort(), [...Preview.shape.reason.unwrap().options].sort())
})

t.test('every reason is explained once, and none that does not exist', async t => {
  const union = /export type Reason =([\s\S]*?)\n\n/.exec(page('lib/errors.ts'))?.[1] ?? ''
  const reasons = [...union.matchAll(/'(\w+)'/g)].map(([, reason]) => reason!)
  t.ok(reasons.length > 20)
  const rows = page('docs/troubleshooting.md')
    .split('\n')
    .filter(line => line.startsWith('| `'))
  const explained = rows.flatMap(row => [...row.split('|')[1]!.matchAll(/`([A-Z]\w+)`/g)].map(([, reason]) => reason!))
  for (const reason of reasons) {
    t.equal(explained.filter(each => each === reason).length, 1, `${reason} has a row in docs/troubleshooting.md`)
  }
  const source = readdirSync('lib', { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => page(join('lib', path)))
    .join('\n')
  for (const reason of explained) t.match(source, reason, `${reason} exists`)
})

t.test('every metric and every variable of the environment is in docs/operations.md', async t => {
  const text = page('docs/operations.md')
  const named = [...text.matchAll(/`(alustan_[a-z_]+)` \|/g)].map(([, name]) => name)
  const metrics = [...(await buildMetrics().text()).matchAll(/^# TYPE (alustan_\w+)/gm)].map(([, name]) => name)
  t.strictSame(named.sort(), metrics.sort())
  const environment = /const Environment = z\.object\(\{([\s\S]*?)\n\}\)/.exec(page('lib/config.ts'))?.[1] ?? ''
  const variables = [...environment.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name!)
  t.ok(variables.length > 10)
  for (const name of variables) t.match(text, `\`${name}\``)
})
