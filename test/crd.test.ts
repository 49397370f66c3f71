import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { customResourceDefinition } from '../lib/crd/crd.js'
import { generatedFiles } from '../lib/crd/generated-files.js'
import { KINDS } from '../lib/crd/kinds.js'
import { type StructuralSchema, structuralSchema } from '../lib/crd/structural-schema.js'
import { ServiceSpec } from '../lib/service/spec.js'
import { TerraformSpec } from '../lib/terraform/spec.js'

const SPEC = { Service: ServiceSpec, Terraform: TerraformSpec }
const SMALLEST = {
  Service: { workspace: 'staging', source: { repoURL: 'https://example.com/charts' } },
  Terraform: { scripts: { deploy: 'deploy' }, containerRegistry: { provider: 'docker', imageName: 'a/b' } },
}

t.test('the generated files are what the schemas say; if not, run: npm run generate', async t => {
  for (const { path, content } of generatedFiles()) t.equal(readFileSync(path, 'utf8'), content, path)
  t.same(generatedFiles(), generatedFiles(), 'the same bytes every time')
})

t.test('generate --check names every stale file and writes nothing; generate writes them', async t => {
  const cwd = t.testdir({ metacontroller: { crds: { 'services.yaml': 'edited by hand' } } })
  const main = `${process.cwd()}/dist/lib/crd/generate.js`
  const check = () => spawnSync(process.execPath, [main, '--check'], { cwd, encoding: 'utf8' })
  const stale = check()
  t.equal(stale.status, 1)
  t.equal(
    stale.stderr,
    generatedFiles()
      .map(({ path }) => `${path} is not what the schemas say; run: npm run generate\n`)
      .join(''),
  )
  t.equal(readFileSync(`${cwd}/metacontroller/crds/services.yaml`, 'utf8'), 'edited by hand')
  execFileSync(process.execPath, [main], { cwd })
  t.match(check(), { status: 0, stdout: '', stderr: '' })
})

/** Paths of all properties without a description. */
function undescribed(schema: StructuralSchema, path: string): string[] {
  return [
    ...(schema.items === undefined ? [] : undescribed(schema.items, `${path}[]`)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
      ...(property.description === undefined ? [`${path}.${name}`] : []),
      ...undescribed(property, `${path}.${name}`),
    ]),
  ]
}

/** What the API server makes of a manifest: defaults are filled in from the outside to the inside. */
function withDefaults(schema: StructuralSchema, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return value
  const filled: Record<string, unknown> = { ...value }
  for (const [name, property] of Object.entries(schema.properties)) {
    const given = filled[name] ?? structuredClone(property.default)
    if (given !== undefined) filled[name] = withDefaults(property, given)
  }
  return filled
}

for (const kind of KINDS) {
  t.test(`every property of a ${kind.kind} says what it is, as a sentence`, async t => {
    t.same(undescribed(structuralSchema(kind.spec), 'spec'), [])
    t.same(undescribed(structuralSchema(kind.status), 'status'), [])
  })

  t.test(`zod and the API server fill in the same defaults of a ${kind.kind}`, async t => {
    const spec = SMALLEST[kind.kind]
    const filled = withDefaults(structuralSchema(kind.spec), spec)
    t.same(kind.spec.parse(spec), filled)
    t.same(kind.spec.parse(filled), filled, 'and find them right')
  })

  t.test(`kubectl knows a ${kind.kind} by a name that is none of Kubernetes' own`, async t => {
    const { names, versions } = customResourceDefinition(kind).spec
    t.same(names.categories, ['alustan'])
    for (const short of names.shortNames) t.match(short, /^a/, 'svc and the like would be the core kinds')
    t.same(
      versions[0]!.additionalPrinterColumns.filter(column => !('priority' in column)).map(({ name }) => name),
      kind.kind === 'Service' ? ['State', 'Image', 'Message', 'Age'] : ['State', 'Image', 'Run', 'Message', 'Age'],
    )
  })
}

interface Refused {
  why: string
  kind: 'Service' | 'Terraform'
  spec?: Record<string, unknown>
  path: string
  message: string
  inZod?: string | null
}

t.test('zod refuses what the CEL rules refuse', async t => {
  for (const row of parse(readFileSync('test/fixtures/refused.yaml', 'utf8')) as Refused[]) {
    const found = SPEC[row.kind].safeParse({ ...SMALLEST[row.kind], ...row.spec })
    const issues = (found.error?.issues ?? []).map(({ message }) => message)
    t.equal(issues[0], row.inZod === null ? undefined : (row.inZod ?? row.message), row.why)
  }
  const blameless = { ...SMALLEST.Terraform, postDeploy: { script: 's', args: { a: 'FROM_SECRET' } } }
  t.ok(TerraformSpec.safeParse({ ...blameless, variablesFrom: [{ secretRef: { name: 'a' } }] }).success)
  const variables = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`A${i}`, '']))
  t.match(TerraformSpec.safeParse({ ...SMALLEST.Terraform, variables }).error?.issues, [
    { path: ['variables'], message: 'must have at most 200 entries' },
  ])
})

t.test('the fields that a rule reads are bounded, or the API server would refuse the rule for its cost', async t => {
  const { variables, dependencies } = structuralSchema(TerraformSpec).properties!
  t.equal(variables?.maxProperties, 200)
  t.equal(dependencies?.properties?.terraform?.maxItems, 50)
})

/** The documents of an example, as plain data. */
const example = (name: string): unknown[] =>
  parseAllDocuments(readFileSync(`examples/${name}.yaml`, 'utf8')).map(document => document.toJS() as unknown)

t.test('the examples are valid, and say what they always said', async t => {
  const [api, web] = z.array(z.object({ metadata: z.unknown(), spec: ServiceSpec })).parse(example('services'))
  t.match(api, {
    metadata: { name: 'api-service' },
    spec: {
      workspace: 'staging',
      source: {
        path: 'application-helm',
        releaseName: 'backend-application',
        targetRevision: 'main',
        values: {
          cluster: '${workspace.CLUSTER_NAME}',
          image: 'alustan/backend:0.2.0',
          config: {
            DB_URL: 'postgresql://${workspace.DB_USER}:${workspace.DB_PASSWORD}@postgres:5432/${workspace.DB_NAME}',
          },
        },
      },
      containerRegistry: { provider: 'docker', imageName: 'alustan/backend', semanticVersion: '>=0.2.0' },
    },
  })
  t.match(web, {
    metadata: { name: 'web-service' },
    spec: {
      previewEnvironment: { enabled: true, gitOwner: 'alustan', gitRepo: 'web-app-demo', labels: ['preview'] },
      source: {
        values: {
          image: { repository: 'alustan/web:1.1.0' },
          ingress: { hosts: [{ host: 'chart-example.local' }], tls: [{ hosts: ['chart-example.local'] }] },
        },
      },
      containerRegistry: { imageName: 'alustan/web', semanticVersion: '~1.1.0' },
      dependencies: { service: ['api-service'], terraform: [] },
    },
  })
  const [cluster] = z.array(z.object({ spec: TerraformSpec })).parse(example('terraform'))
  t.match(cluster?.spec, {
    variables: { TF_VAR_provision_db: 'false', TF_VAR_vpc_cidr: '10.1.0.0/16' },
    scripts: { deploy: 'deploy', destroy: 'destroy -c' },
    postDeploy: { script: 'aws-resource', args: { workspace: 'TF_VAR_workspace', region: 'TF_VAR_region' } },
    containerRegistry: { imageName: 'alustan/infrastructure', semanticVersion: '~1.0.0' },
    deletionPolicy: 'destroy',
    retries: 1,
  })
  t.match(example('workspace'), [
    {
      kind: 'Secret',
      metadata: {
        namespace: 'alustan',
        labels: { 'alustan.io/secret-type': 'cluster', environment: 'staging' },
        annotations: { CLUSTER_NAME: 'in-cluster', DB_USER: /./, DB_PASSWORD: /./, DB_NAME: /./ },
      },
    },
  ])
})
