import fc from 'fast-check'
import t from 'tap'
import { previewName } from '../lib/preview/preview-name.js'
import { desiredService } from '../lib/service/desired.js'
import { jobName } from '../lib/terraform/job.js'
import { childNames } from '../lib/terraform/related.js'
import { TerraformSpec } from '../lib/terraform/spec.js'
import { same } from './generated-requests.js'
import { pullRequests, serviceRequest } from './service-observations.js'
import { scan } from './terraform-observations.js'
import { serviceOf } from './what-may-go.js'

/** DNS label, RFC 1123: what a namespace, a Job and a label of a selector must be. */
const isLabel = (name: string) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789')
/** DNS labels of any length up to one. */
const label = (longest: number) =>
  fc
    .string({ unit: fc.constantFrom(...LETTERS, '-'), maxLength: longest - 2, size: 'max' })
    .map(middle => `a${middle}${middle === '' ? '' : '1'}`)
/** Names that our kinds may have. */
const resourceName = label(50)
const namespace = label(63)
/** What git takes as a branch, and more. */
const branch = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 300, size: 'max' }),
  fc.string({
    unit: fc.constantFrom(...LETTERS, 'A', 'Ä', '/', '_', '.', '#', '-'),
    minLength: 1,
    maxLength: 255,
    size: 'max',
  }),
)
const number = fc.integer({ min: 1, max: 2_000_000_000 })

t.test('names of copies are labels, and no two things have the same', t => {
  const copy = fc.record({ name: resourceName, namespace, branch, number })
  const repository = { owner: 'Team', name: 'app' }
  const nameOf = (each: { name: string; namespace: string; branch: string; number: number }) =>
    previewName(each, repository, each)
  fc.assert(
    fc.property(copy, copy, (one, other) => {
      same(isLabel(nameOf(one)), true)
      same(nameOf(one) === nameOf(other), JSON.stringify(one) === JSON.stringify(other))
      // What differs in one thing only reads alike.
      for (const change of [{ branch: other.branch }, { number: other.number }, { name: other.name }]) {
        const near = { ...one, ...change }
        same(nameOf(near) === nameOf(one), JSON.stringify(near) === JSON.stringify(one))
      }
    }),
    { numRuns: 3000 },
  )
  t.end()
})

t.test('names of Jobs and of what belongs to a Terraform are labels', t => {
  const spec = TerraformSpec.parse({
    scripts: { deploy: 'deploy' },
    containerRegistry: { provider: 'docker', imageName: 'a/b', semanticVersion: '*' },
  })
  const step = fc.constantFrom('deploy', 'postdeploy', 'destroy')
  fc.assert(
    fc.property(resourceName, namespace, step, fc.string(), (name, namespace, step, about) => {
      const parent = { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', metadata: { name, namespace, uid: 'u' } }
      const input = { step, image: 'a/b:1', command: { script: './x', args: '' }, about } as const
      const names = [jobName(parent, spec, input), ...Object.values(childNames(name))]
      same(names.every(isLabel), true)
      same(new Set(names).size, names.length)
    }),
    { numRuns: 3000 },
  )
  t.end()
})

t.test('names and namespaces of every Application, whatever the branches are called', t => {
  let seen = 0
  fc.assert(
    fc.property(resourceName, serviceRequest, scan, pullRequests, (name, body, scan, list) => {
      const parent = { ...body.parent, metadata: { ...body.parent.metadata, name } }
      const facts = { now: '2026-01-02T03:04:05Z', scan, pullRequests: list, feedbackFailure: undefined }
      const { children } = desiredService(
        serviceOf({ ...body, parent, children: { ...body.children, 'ApplicationSet.argoproj.io/v1alpha1': {} } }),
        facts,
      )
      for (const { metadata, spec } of children as any[]) {
        same(isLabel(metadata.name), true)
        for (const element of spec.generators[0].list.elements) {
          seen++
          same(isLabel(element.name) && isLabel(element.namespace), true)
        }
      }
    }),
    { numRuns: 3000 },
  )
  t.ok(seen > 100, `${seen} Applications`)
  t.end()
})
