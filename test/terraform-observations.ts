import fc from 'fast-check'
import type { TerraformFacts } from '../lib/terraform/facts.js'
import { AlustanError } from '../lib/errors.js'
import type { Scan } from '../lib/registry/scan.js'
import { parseTag } from '../lib/registry/tag.js'

/** What may be known of an image's tags: nothing, a list, an older list beside a failure, a failure alone. */
export const scan: fc.Arbitrary<Scan | undefined> = fc.option(
  fc.record({
    tags: fc.option(
      fc
        .array(fc.constantFrom('0.1.0', '0.2.0', 'v0.2.0', '0.3.0-rc.1', '1.0.0'), { maxLength: 4 })
        .map(texts => texts.map(text => parseTag(text)!)),
      { nil: undefined },
    ),
    failure: fc.constantFrom(undefined, undefined, new AlustanError('RegistryUnreachable', 'down')),
    isTruncated: fc.boolean(),
    isRunningTagGone: fc.boolean(),
  }),
  { nil: undefined },
)

const job = fc.record({
  step: fc.constantFrom('deploy', 'deploy', 'postdeploy', 'destroy', 'odd'),
  outcome: fc.constantFrom(undefined, undefined, 'Complete', 'Failed'),
  failed: fc.constantFrom(0, 1),
  tag: fc.constantFrom('0.1.0', '0.2.0', 'latest'),
  isGoing: fc.integer({ min: 0, max: 4 }).map(number => number === 0),
  hasOddStatus: fc.integer({ min: 0, max: 6 }).map(number => number === 0),
})

const spec = fc.oneof(
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        variables: fc.constantFrom({}, { TF_VAR_a: 'x' }, { 'not a name': 'x' }),
        scripts: fc.constantFrom({ deploy: 'deploy' }, { deploy: 'deploy', destroy: 'destroy' }, { deploy: '../x' }),
        postDeploy: fc.constantFrom({ script: 'report' }, undefined),
        containerRegistry: fc.record({
          provider: fc.constantFrom('docker', 'generic'),
          imageName: fc.constant('a/b'),
          semanticVersion: fc.constantFrom('*', '~0.2', '>=9', 'nonsense'),
        }),
        dependencies: fc.constantFrom({ service: [] }, { service: ['web'] }),
        deletionPolicy: fc.constantFrom('destroy', 'retain'),
        suspend: fc.boolean(),
      },
      { requiredKeys: ['scripts', 'containerRegistry'] },
    ),
  },
)

const status = fc.record(
  {
    state: fc.constantFrom('Completed', 'Progressing', 7),
    image: fc.constantFrom('a/b:0.2.0', 7),
    deployed: fc.constantFrom('vpc-deploy-0', 'other'),
    run: fc.constantFrom({ job: 'vpc-deploy-0', phase: 'Pending', requestedAt: '2026-01-02T03:00:00Z' }, 'odd'),
    conditions: fc.constantFrom([], 'odd', [{ type: 'Ready', status: 'True' }]),
    observedGeneration: fc.constantFrom(1, 2),
  },
  { requiredKeys: [] },
)

const owned = { namespace: 'team', ownerReferences: [{ uid: 'uid-vpc', controller: true }] }
const named = (objects: { metadata: { name: string } }[]) =>
  Object.fromEntries(objects.map(object => [`team/${object.metadata.name}`, object]))

/** A request about a Terraform with any Jobs, outputs and foreign objects. */
export const terraformRequest = fc
  .record({
    spec,
    status,
    jobs: fc.array(job, { maxLength: 6 }),
    hasMap: fc.boolean(),
    hasSecret: fc.boolean(),
    isForeign: fc.boolean(),
    isForeground: fc.integer({ min: 0, max: 5 }).map(number => number === 0),
  })
  .map(({ spec, status, jobs, hasMap, hasSecret, isForeign, isForeground }) => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'vpc-output', ...owned }, data: {} }
    const pull = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'vpc-registry', ...owned }, data: {} }
    const theirs = { ...config, metadata: { name: 'vpc-output', namespace: 'team' } }
    return {
      parent: {
        apiVersion: 'alustan.io/v1alpha1',
        kind: 'Terraform',
        metadata: {
          name: 'vpc',
          namespace: 'team',
          uid: 'uid-vpc',
          generation: 2,
          ...(isForeground && { finalizers: ['foregroundDeletion'] }),
        },
        spec,
        status,
      },
      children: {
        'Job.batch/v1': named(jobs.map((each, index) => observedJob(each, index))),
        'ConfigMap.v1': named(hasMap ? [config] : []),
        'Secret.v1': named(hasSecret ? [pull] : []),
      },
      related: {
        'ConfigMap.v1': named(isForeign && !hasMap ? [theirs] : []),
        'Secret.v1': {},
        'ApplicationSet.argoproj.io/v1alpha1': {},
        'Application.argoproj.io/v1alpha1': {},
        'Job.batch/v1': {},
      },
      finalizing: false,
    }
  })

type Job = typeof job extends fc.Arbitrary<infer Value> ? Value : never

function observedJob({ step, outcome, failed, tag, isGoing, hasOddStatus }: Job, index: number) {
  const conditions = outcome && [{ type: outcome, status: 'True', lastTransitionTime: `2026-01-01T0${index}:30:00Z` }]
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `vpc-${step}-${index}`,
      ...owned,
      creationTimestamp: `2026-01-01T0${index}:00:00Z`,
      labels: { 'alustan.io/terraform': 'vpc', 'alustan.io/step': step },
      annotations: { 'alustan.io/image': `a/b:${tag}` },
      ...(isGoing && { deletionTimestamp: '2026-01-02T00:00:00Z' }),
    },
    status: hasOddStatus ? 'odd' : { failed, ...(conditions && { conditions }) },
  }
}

/** What a Terraform's hook may find out beside the request, or not. */
export const terraformFacts: fc.Arbitrary<Omit<TerraformFacts, 'now'>> = fc.record({
  scan,
  pods: fc.constantFrom(
    undefined,
    { hasStarted: false, reason: 'ImagePullBackOff', exitCode: undefined },
    { hasStarted: true, reason: undefined, exitCode: undefined },
    { hasStarted: true, reason: 'OOMKilled', exitCode: 137 },
  ),
  output: fc.constantFrom(undefined, { outputs: { a: 1 } }, { fault: 'garbage' }),
  leftovers: fc.constantFrom(undefined, [], ['vpc-deploy-old-x']),
  podFailure: fc.constantFrom(undefined, new AlustanError('InvalidInput', 'no')),
  pullConfig: fc.constantFrom(undefined, '{"auths":{}}'),
})
