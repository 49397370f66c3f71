import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import { fillTemplate } from '../lib/cli/argo-cd-stand-in.js'
import { AlustanError } from '../lib/errors.js'
import type { PullRequestList } from '../lib/github/pull-requests.js'
import { parseSyncRequest } from '../lib/metacontroller.js'
import { applicationSet, helmValues } from '../lib/service/application-set.js'
import { desiredService } from '../lib/service/desired.js'
import type { ServiceFacts } from '../lib/service/facts.js'
import { finalizeService } from '../lib/service/finalize.js'
import { escapePlaceholders, fillPlaceholders } from '../lib/service/placeholders.js'
import { readService } from '../lib/service/situation.js'
import { desiredTerraform } from '../lib/terraform/desired.js'
import type { TerraformFacts } from '../lib/terraform/facts.js'
import { finalizeTerraform } from '../lib/terraform/finalize.js'
import { readTerraform } from '../lib/terraform/situation.js'
import { pullRequests, serviceRequest } from './service-observations.js'
import { scan, terraformFacts, terraformRequest } from './terraform-observations.js'

const settings = {
  secretsNamespace: 'alustan',
  argoCdNamespace: 'argocd',
  allowedProjects: ['default'] as [string],
  endpoints: { dockerRegistryUrl: 'https://r.example.com', ghcrUrl: 'https://g.example.com', allowedRegistryHosts: [] },
  resyncAfterSeconds: 60,
  previewResyncAfterSeconds: 12,
}
const now = '2026-01-02T03:04:05Z'

/** Requests that were asked about, in all of this file. */
let observations = 0

/** The request, and the same with groups that were not looked at. */
function withoutGroups<Body extends { related: object }>(body: Body, ...groups: string[]): Body[] {
  const without = (lost: string[]) => ({
    ...body,
    related: Object.fromEntries(Object.entries(body.related).filter(([group]) => !lost.includes(group))),
  })
  const variants = [body, ...groups.map(group => without([group])), without(Object.keys(body.related))]
  observations += variants.length
  return variants
}

const namesOf = (objects: readonly { metadata: { name: string } }[]) => objects.map(({ metadata }) => metadata.name)
const observedNames = (children: Record<string, Record<string, any>>) =>
  Object.values(children).flatMap(group => namesOf(Object.values(group)))
/** As `t.equal`, without a line for each of a hundred thousand. */
const same = (got: unknown, want: unknown) => {
  if (got !== want) throw new Error(`got ${String(got)}, want ${String(want)}`)
}
const isLabel = (name: string) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)

/** The request after its answer was written: the children that it holds, with what the API server adds, and the status. */
function written(body: any, { status, children }: { status: object; children: readonly any[] }) {
  const groups = Object.keys(body.children).map((group): [string, Record<string, unknown>] => [group, {}])
  for (const child of children) {
    const group = `${child.kind}.${child.apiVersion}`
    const key = `team/${child.metadata.name}`
    const observed = body.children[group][key]
    Object.fromEntries(groups)[group]![key] = {
      ...observed,
      ...child,
      metadata: {
        creationTimestamp: now,
        ...observed?.metadata,
        ...child.metadata,
        ownerReferences: owned(body.parent),
      },
    }
  }
  return {
    ...body,
    parent: { ...body.parent, status: { ...status, observedGeneration: 2 } },
    children: Object.fromEntries(groups),
  }
}
const owned = ({ metadata }: { metadata: { uid: string } }) => [{ uid: metadata.uid, controller: true }]

const serviceFacts = fc.record({
  scan,
  pullRequests,
  feedbackFailure: fc.constantFrom(undefined, new AlustanError('GitHubForbidden', 'no')),
})
const serviceOf = (body: unknown) => readService(parseSyncRequest(body), settings)
const answer = (body: unknown, facts: Omit<ServiceFacts, 'now'>) => desiredService(serviceOf(body), { now, ...facts })

const GROUPS = ['ApplicationSet.argoproj.io/v1alpha1', 'Application.argoproj.io/v1alpha1', 'Secret.v1']

/** Numbers of the copies that a set holds, in the order of their names. */
function copiesIn(set: any): number[] {
  const elements = set?.spec?.generators?.[0]?.list?.elements
  return Array.isArray(elements) ? elements.flatMap(({ number }) => (number === undefined ? [] : [Number(number)])) : []
}

/**
 * Which copies may go: of pull requests that the spec does not want, or that a list without doubt does not have. Without
 * a number: whether their ApplicationSet may.
 */
function mayLeave(body: unknown, list: PullRequestList | undefined): (number?: number) => boolean {
  const spec = serviceOf(body).spec.value
  const environment = spec?.previewEnvironment
  if (spec === undefined || spec.suspend) return () => false
  if (environment?.enabled !== true) return () => true
  const wanted = (list?.pullRequests ?? []).filter(
    ({ labels, isFork }) =>
      labels.some(label => label.toLowerCase() === 'preview') && (environment.allowForks || !isFork),
  )
  return number => {
    if (list?.pullRequests === undefined) return false
    if (number === undefined) return true
    if (list.mayBeOlder) return false
    if (!list.pullRequests.some(pull => pull.number === number)) return !list.isTruncated
    const newer = wanted.filter(pull => pull.number > number).length
    return !wanted.some(pull => pull.number === number) || newer >= environment.maxPreviews
  }
}

t.test(
  'a Service: an observed child and each of its copies is in every answer, which is the same each time, and only what may be written',
  t => {
    fc.assert(
      fc.property(serviceRequest, serviceFacts, (body, facts) => {
        for (const variant of withoutGroups<any>(body, ...GROUPS)) {
          const before = JSON.stringify(variant)
          const got = answer(variant, facts)
          const { status, children, resyncAfterSeconds, ...rest } = got
          const names = namesOf(children)
          const types = status.conditions.map(({ type }) => type)
          const observed: Record<string, any> = variant.children['ApplicationSet.argoproj.io/v1alpha1']
          const copies = copiesIn(children.find(({ metadata }) => metadata.name === 'api-preview'))
          const gone = copiesIn(observed['team/api-preview']).filter(number => !copies.includes(number))
          const omitted = observedNames(variant.children).filter(name => !names.includes(name))
          const may = mayLeave(variant, facts.pullRequests)
          same(
            gone.every(number => may(number)),
            true,
          )
          same(omitted.filter(name => name !== 'api-preview' || !may()).join(), '')
          same(JSON.stringify(got), JSON.stringify(answer(variant, facts)))
          same(JSON.stringify(variant), before)
          same(Object.keys(rest).length, 0)
          same(new Set(types).size, types.length)
          same(Number.isInteger(resyncAfterSeconds) && names.every(isLabel), true)
          same(new Set(copies).size, copies.length)
          same(JSON.stringify(children.map(({ metadata }) => metadata)).includes('theirs'), false)
        }
      }),
      { numRuns: 1000 },
    )
    t.end()
  },
)

t.test('a Service: an answer that is written down changes nothing when it is asked for again', t => {
  fc.assert(
    fc.property(serviceRequest, serviceFacts, (body, facts) => {
      observations += 3
      const first = answer(body, facts)
      const second = answer(written(body, first), facts)
      const third = answer(written(body, second), facts)
      same(JSON.stringify(second), JSON.stringify(third))
      same(JSON.stringify(first.children), JSON.stringify(third.children))
    }),
    { numRuns: 1000 },
  )
  t.end()
})

const terraformSettings = { endpoints: settings.endpoints, resyncAfterSeconds: 60, copyRegistrySecret: true }
const situationOf = (body: unknown) => readTerraform(parseSyncRequest(body), terraformSettings)

/** Jobs that may go: all but the three newest of those that ended, and one that gives way. */
function mayGo(body: any, facts: TerraformFacts): (omitted: string[]) => boolean {
  const { spec, runs: all, active, image } = situationOf(body)
  const mayChange = spec.value?.suspend === false && image?.value !== undefined
  const ended = all.filter(run => run !== active && run.outcome !== undefined)
  return omitted => {
    if (!mayChange) return omitted.length === 0
    const going = all.filter(({ name }) => omitted.includes(name))
    const running = going.filter(({ outcome, job }) => outcome === undefined || job.metadata.deletionTimestamp != null)
    const isNeverStarted = facts.pods?.hasStarted === false && running.length === 1 && running[0] === active
    const isForOutput = spec.value?.postDeploy === undefined || !omitted.includes('vpc-output')
    const isForSecret = facts.pullConfig === undefined || !omitted.includes('vpc-registry')
    const isPruned = going.length - running.length <= Math.max(0, ended.length - 3) + 1
    return (running.length === 0 || isNeverStarted) && isForOutput && isForSecret && isPruned
  }
}

t.test('a Terraform: what runs is in every answer, and what is left out the spec says', t => {
  fc.assert(
    fc.property(terraformRequest, terraformFacts, (body, found) => {
      const facts = { ...found, now }
      for (const variant of withoutGroups<any>(body, 'Job.batch/v1', 'ConfigMap.v1')) {
        const before = JSON.stringify(variant)
        const got = desiredTerraform(situationOf(variant), facts)
        const names = namesOf(got.children)
        const omitted = observedNames(variant.children).filter(name => !names.includes(name))
        same(mayGo(variant, facts)(omitted), true)
        same(JSON.stringify(got), JSON.stringify(desiredTerraform(situationOf(variant), facts)))
        same(JSON.stringify(variant), before)
        same(names.every(isLabel) && new Set(names).size === names.length, true)
        // One run at a time: a Job is made only when no other may have a pod.
        const made = names.filter(name => name.startsWith('vpc-') && !observedNames(variant.children).includes(name))
        const jobsMade = made.filter(name => !['vpc-output', 'vpc-registry'].includes(name))
        same(jobsMade.length <= (situationOf(variant).active === undefined ? 1 : 0), true)
      }
    }),
    { numRuns: 1500 },
  )
  t.end()
})

t.test('a Terraform: answers that are written down come to rest, whatever there is of runs', t => {
  fc.assert(
    fc.property(terraformRequest, terraformFacts, (body, found) => {
      const answers: string[] = []
      // A minute passes each time. Of several runs that never started one gives way at a time.
      for (let given: any = body, minute = 0; minute < 12; minute++) {
        observations++
        const answer = desiredTerraform(situationOf(given), { ...found, now: now.replace('04', String(10 + minute)) })
        answers.push(JSON.stringify(answer))
        if (answers.at(-1) === answers.at(-2)) return
        given = written(given, answer)
      }
      throw new Error(answers.join('\n'))
    }),
    { numRuns: 1000 },
  )
  t.end()
})

t.test('a Terraform that is deleted: what runs stays, and it is not finalized beside it', t => {
  fc.assert(
    fc.property(terraformRequest, terraformFacts, (body, found) => {
      const facts = { ...found, now, scan: undefined }
      for (const variant of withoutGroups<any>({ ...body, finalizing: true }, 'Job.batch/v1')) {
        const situation = situationOf(variant)
        const { finalized, children } = finalizeTerraform(situation, facts)
        const omitted = observedNames(variant.children).filter(name => !namesOf(children).includes(name))
        const isRunning = situation.active !== undefined && facts.pods?.hasStarted !== false
        same(isRunning && omitted.includes(situation.active.name), false)
        same(finalized && (isRunning || !('Job.batch/v1' in variant.related)), false)
      }
    }),
    { numRuns: 1000 },
  )
  t.end()
})

t.test('values of any kind reach Helm byte for byte, and are never a template', t => {
  const parent = parseSyncRequest({
    parent: { apiVersion: 'a', kind: 'Service', metadata: { name: 'api', namespace: 'team' } },
  }).parent
  const odd = fc.constantFrom(
    '{{ .name }}',
    'yes',
    '1_000',
    '<<',
    '\u0085',
    '\ufeff',
    '0x1F',
    '~',
    'null',
    '12e03',
    '"',
    "'",
    '# x',
    '\t',
  )
  const text = fc.oneof(odd, fc.string({ unit: 'binary' }))
  const { value: any } = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number + 0),
      fc.constantFrom<unknown>(true, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(text, any, { maxKeys: 4 }), text, (values, name) => {
      observations++
      const element = {
        ...{ name, cluster: name, namespace: name, repoURL: name, path: name, targetRevision: name, releaseName: name },
        values: helmValues(values),
      }
      const set: any = applicationSet(parent, {
        name: 'api',
        elements: [element],
        labels: {},
        project: 'p',
        image: name,
        imageNote: name,
      })
      const { template, generators } = set.spec
      same(
        JSON.stringify(template)
          .replace(/\{\{ \.\w+ \}\}/g, '')
          .includes('{{'),
        false,
      )
      const filled: any = fillTemplate(template, generators[0].list.elements[0])
      same(filled.spec.source.helm.values, element.values)
      for (const version of ['1.1', '1.2'] as const) {
        same(JSON.stringify(parse(element.values, { version })), JSON.stringify(values))
      }
    }),
    { numRuns: 1000 },
  )
  t.end()
})

t.test('a Service that is deleted: it stays while anything of it is there, and all of it while it is needed', t => {
  fc.assert(
    fc.property(serviceRequest, body => {
      for (const variant of withoutGroups<any>({ ...body, finalizing: true }, ...GROUPS)) {
        const { finalized, children } = finalizeService(parseSyncRequest(variant), now)
        const { related } = variant
        const observed = observedNames(variant.children)
        const omitted = observed.filter(name => !namesOf(children).includes(name))
        const others = ['ApplicationSet.argoproj.io/v1alpha1', 'Application.argoproj.io/v1alpha1', 'Job.batch/v1']
        const isKnown = others.every(group => group in related)
        const isNeeded = others.some(group => `team/web` in (related[group] ?? {}))
        const applications = Object.keys(related['Application.argoproj.io/v1alpha1'] ?? {})
        same(omitted.length > 0 && (!isKnown || isNeeded), false)
        same(finalized && (!isKnown || isNeeded || observed.length > 0 || applications.length > 0), false)
        // It ends when nothing holds it, and its children go before.
        same(finalized, isKnown && !isNeeded && observed.length === 0 && applications.length === 0)
        same(omitted.length, isKnown && !isNeeded ? observed.length : 0)
      }
    }),
    { numRuns: 1000 },
  )
  t.end()
})

const workspace = { A: 'a', B: 'b$&$1', 'team/x.y_z-1': 'odd', EMPTY: '', N: '8080' } as Record<string, string>
const deep = (levels: number): unknown => (levels === 0 ? '${workspace.A}' : [deep(levels - 1)])
const placeholders: [why: string, given: unknown, want: unknown, missing?: string[]][] = [
  ['a placeholder alone', '${workspace.A}', 'a'],
  ['within text, more than once', 'x${workspace.A}y${workspace.A}z', 'xayaz'],
  ['what is filled in is no pattern and is not filled in again', '${workspace.B}', 'b$&$1'],
  ['an annotation key with prefix and signs', '${workspace.team/x.y_z-1}', 'odd'],
  ['an empty value is a value', '<${workspace.EMPTY:-no}>', '<>'],
  ['a value that looks like a number stays text', '${workspace.N}', '8080'],
  ['a default that is not needed', '${workspace.A:-no}', 'a'],
  ['a default that is', '${workspace.GONE:-yes}', 'yes'],
  ['an empty default', '<${workspace.GONE:-}>', '<>'],
  ['a default with odd signs and line breaks', '${workspace.GONE:-a:-"$1" \n$$}', 'a:-"$1" \n$$'],
  ['a missing name stays as it is and is told', 'x${workspace.GONE}', 'x${workspace.GONE}', ['GONE']],
  [
    'every missing name, sorted, once',
    ['${workspace.Z}${workspace.Y}', '${workspace.Z}'],
    ['${workspace.Z}${workspace.Y}', '${workspace.Z}'],
    ['Y', 'Z'],
  ],
  [
    'names of Object’s prototype are no values',
    '${workspace.constructor}',
    '${workspace.constructor}',
    ['constructor'],
  ],
  ['an escape', '$${workspace.A}', '${workspace.A}'],
  ['an escape of an escape', '$$${workspace.A}', '$${workspace.A}'],
  ['an escape without end is text', '$${workspace.', '${workspace.'],
  ['an escape beside a placeholder', '$${workspace.A}${workspace.A}', '${workspace.A}a'],
  ['dollars before other braces', '$${other.A} $$ ${A}', '$${other.A} $$ ${A}'],
  [
    'what only looks like one',
    '${ workspace.A} ${workspaces.A} {workspace.A} $workspace.A',
    '${ workspace.A} ${workspaces.A} {workspace.A} $workspace.A',
  ],
  [
    'what is no text keeps its type',
    { a: 1, b: true, c: null, d: 1.5, e: [] },
    { a: 1, b: true, c: null, d: 1.5, e: [] },
  ],
  ['deep in lists and maps', [[{ a: ['${workspace.A}'] }]], [[{ a: ['a'] }]]],
  ['keys stay', { '${workspace.A}': '${workspace.A}' }, { '${workspace.A}': 'a' }],
  [
    '__proto__ is a key like any',
    JSON.parse('{"__proto__":{"x":"${workspace.A}"}}'),
    JSON.parse('{"__proto__":{"x":"a"}}'),
  ],
  ['100 levels', deep(100), JSON.parse('['.repeat(100) + '"a"' + ']'.repeat(100))],
]
for (const [why, given, want, missing = []] of placeholders) {
  t.test(`placeholder: ${why}`, async t => {
    const filled = fillPlaceholders(given, name => (Object.hasOwn(workspace, name) ? workspace[name] : undefined))
    t.equal(JSON.stringify(filled), JSON.stringify({ value: want, missing }))
  })
}

const badPlaceholders: [why: string, given: unknown, message: RegExp][] = [
  [
    'without an end',
    { values: { a: ['x', 'y ${workspace.A'] } },
    /^spec\.source\.values\.a\.1: '\$\{workspace\.A' does not end; /,
  ],
  ['without name and end', '${workspace.', /^spec\.source: '\$\{workspace\.' does not end; /],
  ['without a name', '${workspace.}', / names no value; /],
  ['with a default only', '${workspace.:-x}', / has a default but no name; /],
  ['with blanks', '${workspace.A B}', /'\$\{workspace\.A B' has a name with other than letters/],
  ['with a line break', '${workspace.A\n}', / has a name with other than letters/],
  ['with a sign first', '${workspace.-A}', / has a name with other than letters/],
  ['with another shell’s default', '${workspace.A:x}', /'\$\{workspace\.A:x' has a name with other than/],
  ['another within its name', '${workspace.${workspace.A}}', / has braces within/],
  ['another within its default', '${workspace.GONE:-${workspace.A}}', /'\$\{workspace\.GONE' has braces within/],
  ['JSON as its default', '${workspace.A:-{"a":1}}', / has braces within/],
  ['a password as its default', '${workspace.A:-canary', /^(?!.*canary).* does not end/],
  ['a long name', `\${workspace.${'x'.repeat(5000)}`, /^.{60,300}$/],
  ['deeper than reason', deep(101), /^spec\.source is nested deeper than 100 levels/],
]
for (const [why, given, message] of badPlaceholders) {
  t.test(`bad placeholder: ${why}`, async t => {
    t.throws(() => fillPlaceholders(given, () => 'x'), { message })
  })
}

t.test('what is escaped comes out of filling as it was', t => {
  const text = fc
    .array(fc.constantFrom('$', '$$', '{workspace.', 'A', '}', ':-', '.', ' ', '${workspace.B}'))
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(
      fc.oneof(text, fc.string()),
      given => ++observations > 0 && fillPlaceholders(escapePlaceholders(given), () => 'x').value === given,
    ),
    { numRuns: 80_000 },
  )
  t.end()
})

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

t.test('that was enough to look at', t => {
  t.comment(`${observations} generated observations`)
  t.ok(observations >= 100_000, `${observations} observations`)
  t.end()
})
