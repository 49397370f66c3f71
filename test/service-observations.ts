import fc from 'fast-check'
import { AlustanError } from '../lib/errors.js'
import type { PullRequestList } from '../lib/github/pull-requests.js'
import { mostly, spec } from './service-specs.js'

const object = (kind: string, apiVersion: string, metadata: object, more: object = {}) => ({
  apiVersion,
  kind,
  metadata: { namespace: 'team', ...metadata },
  ...more,
})
const named = (objects: any[]) =>
  Object.fromEntries(objects.map(each => [`${each.metadata.namespace}/${each.metadata.name}`, each]))

const secret = fc.record({
  labels: fc.constant({ 'alustan.io/secret-type': 'cluster', environment: 'staging' }),
  annotations: mostly<Record<string, string>>(
    { CLUSTER: 'in-cluster', USER: 'app' },
    { CLUSTER: 'in-cluster' },
    { CLUSTER: '', USER: '$' },
    {},
  ),
})

const status = fc.record(
  {
    state: fc.constantFrom('Completed', 'Blocked', 'Odd', 7),
    observedGeneration: fc.constantFrom(1, 2),
    blockedBy: fc.constantFrom([], 'odd', [{ kind: 'Service', name: 'api', reason: 'x' }]),
    conditions: fc.constantFrom([], 'odd', [{ type: 'Ready', status: 'True' }]),
    health: fc.constantFrom({ status: 'Healthy' }, 'odd', undefined),
    sync: fc.constantFrom({ status: 'Synced' }, null, undefined),
    previews: fc.constantFrom([], 'odd', [{ number: 2, branch: 'b2', sha: 'f', reason: 'forkNotAllowed', urls: [] }]),
  },
  { requiredKeys: [] },
)

/** A copy of pull request `number` as it runs. */
const element = (number: number) => ({
  name: `preview-api-b${number}-${number}-0`,
  cluster: 'in-cluster',
  namespace: `preview-api-b${number}-${number}-0`,
  repoURL: 'https://example.com/x',
  path: '.',
  targetRevision: 'main',
  releaseName: 'api',
  values: '{"image":"a/b:0.2.0","ingress":{"hosts":[{"host":"preview-b1-1-app.example.com"}]}}',
  number: String(number),
  branch: `b${number}`,
  revision: 'f'.repeat(40),
  image: 'a/b:0.2.0',
})

const NUMBERS = [1, 2, 3, 4]

/** The ApplicationSet of copies of some pull requests, or one that nobody can read. */
const copies = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom('odd', { generators: 'odd' }, { generators: [{ list: { elements: [7] } }] }),
  },
  {
    weight: 7,
    arbitrary: fc
      .subarray(NUMBERS, { minLength: 1 })
      .map(numbers => ({ generators: [{ list: { elements: numbers.map(element) } }] })),
  },
)

/** A request about a Service with any workspace, children, copies, dependencies and dependents. */
export const serviceRequest = fc
  .record({
    spec,
    secrets: fc.oneof(
      { weight: 5, arbitrary: fc.tuple(secret) },
      { weight: 1, arbitrary: fc.array(secret, { maxLength: 2 }) },
    ),
    status,
    isRunning: fc.boolean(),
    isForeign: mostly(false, true),
    copies: fc.option(copies, { nil: undefined }),
    isForeignCopies: mostly(false, true),
    copied: fc.subarray(NUMBERS),
    web: status,
    need: fc.constantFrom(undefined, undefined, 'ApplicationSet', 'Application', 'Job'),
    wasLookedAt: fc.boolean(),
  })
  .map(({ spec, secrets, status, isRunning, isForeign, copies, isForeignCopies, copied, web, need, wasLookedAt }) => {
    const labels = { 'alustan.io/service': 'api' }
    const set = (name: string, spec: unknown) =>
      object(
        'ApplicationSet',
        'argoproj.io/v1alpha1',
        {
          name,
          labels: { ...labels, theirs: 'x' },
          annotations: { 'alustan.io/image': 'a/b:0.2.0' },
          ownerReferences: [{ uid: 'uid-api', controller: true }],
        },
        { spec, status },
      )
    const theirs = ({ metadata, ...rest }: ReturnType<typeof set>) => ({
      ...rest,
      metadata: { ...metadata, ownerReferences: [] },
    })
    const application = (name: string, more: object = {}) =>
      object('Application', 'argoproj.io/v1alpha1', { name, labels: { ...labels, ...more } }, { status })
    const dependent = (kind: string) =>
      object(kind, 'any', {
        name: 'web',
        labels: { 'alustan.io/service': 'web', 'service.depends-on.alustan.io/api': '' },
      })
    const needs = (kind: string) => (need === kind ? [dependent(kind)] : [])
    return {
      parent: object(
        'Service',
        'alustan.io/v1alpha1',
        { name: 'api', uid: 'uid-api', generation: 2 },
        { spec, status },
      ),
      children: {
        'ApplicationSet.argoproj.io/v1alpha1': named([
          ...(isRunning ? [set('api', { generators: [] })] : []),
          ...(copies === undefined ? [] : [set('api-preview', copies)]),
        ]),
      },
      related: {
        'Secret.v1': named(
          secrets.map((metadata, index) =>
            object('Secret', 'v1', { ...metadata, name: `s${index}`, namespace: 'alustan' }),
          ),
        ),
        'Service.alustan.io/v1alpha1': named([
          object('Service', 'alustan.io/v1alpha1', { name: 'web', generation: 2 }, { status: web }),
        ]),
        'ApplicationSet.argoproj.io/v1alpha1': named([
          ...(isForeign ? [theirs(set('api', {}))] : []),
          ...(isForeignCopies && copies === undefined ? [theirs(set('api-preview', {}))] : []),
          ...needs('ApplicationSet'),
        ]),
        ...(wasLookedAt && {
          'Application.argoproj.io/v1alpha1': named([
            ...(isRunning ? [application('api')] : []),
            ...copied.map(number => application(element(number).name, { 'alustan.io/preview': String(number) })),
            ...needs('Application'),
          ]),
          'Job.batch/v1': named(needs('Job')),
        }),
      },
      finalizing: false,
    }
  })

const pullRequest = fc.record({
  number: fc.constantFrom(...NUMBERS),
  title: fc.string(),
  branch: fc.oneof(fc.constantFrom('b1', 'feature/B'), fc.string({ unit: 'binary' })),
  sha: fc.constantFrom('f'.repeat(40), 'e'.repeat(40)),
  isFork: fc.boolean(),
  labels: fc.constantFrom(['preview'], ['Preview', 'x'], []),
})

/** What may be known of pull requests: nothing, a list, an older list beside a failure, a failure alone. */
export const pullRequests: fc.Arbitrary<PullRequestList | undefined> = fc.option(
  fc.record({
    pullRequests: fc.option(fc.uniqueArray(pullRequest, { selector: ({ number }) => number }), { nil: undefined }),
    failure: fc.constantFrom(undefined, undefined, new AlustanError('GitHubUnreachable', 'down')),
    isTruncated: mostly(false, true),
    mayBeOlder: mostly(false, true),
  }),
  { nil: undefined },
)
