import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

/** Text of every module of the core by its path, with all that these import at run time, and the packages in use. */
function readCore(folders: readonly string[]) {
  const modules = new Map<string, string>()
  const packages = new Map<string, string>()
  const read = (path: string): void => {
    if (modules.has(path)) return
    const text = readFileSync(path, 'utf8')
    modules.set(path, text)
    for (const [, clause = '', from = ''] of text.matchAll(/^(?:import|export)\b([^'"]*?\bfrom | )'([^']+)'/gm)) {
      if (/^ type\b/.test(clause)) continue
      if (from.startsWith('.')) read(join(path, '..', from.replace(/\.js$/, '.ts')))
      else packages.set(from, path)
    }
  }
  for (const folder of folders) for (const file of readdirSync(folder)) read(join(folder, file))
  return { modules, packages }
}

t.test('the core is pure: it imports no edge, and reaches for no clock, network, log or process', async t => {
  const { modules, packages } = readCore(['lib/service', 'lib/terraform', 'lib/dependencies'])
  t.ok(modules.size > 40 && modules.has('lib/registry/choose-tag.ts'), 'imports are followed')
  for (const [name, path] of packages) t.ok(['zod', 'semver', 'node:crypto'].includes(name), `${path} imports ${name}`)
  const edges = ['hooks/', 'lib/engine/', 'lib/kubernetes/', 'lib/cli/', 'lib/crd/', 'lib/config.ts']
  for (const edge of edges) t.ok(existsSync(edge), `${edge} is still the name of an edge`)
  const impure =
    /\b(fetch|setTimeout|setInterval|queueMicrotask|import)\(|\b(process|performance|console)\.|\bDate\.now|new Date\(\)|Math\.random/
  for (const [path, text] of modules) {
    t.notOk(
      edges.find(edge => path.startsWith(edge)),
      `${path} is no edge`,
    )
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    t.equal(impure.exec(code)?.[0], undefined, `${path} is pure`)
  }
})
