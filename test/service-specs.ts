import fc from 'fast-check'
import { inexactNumbers } from '../lib/service/inexact-numbers.js'

/** The first value, and now and then one of the others. */
export const mostly = <Value>(value: Value, ...others: Value[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constantFrom(...others) })

const previewEnvironment = fc.record(
  {
    enabled: mostly(true, false),
    gitOwner: fc.constant('team'),
    gitRepo: fc.constant('app'),
    allowForks: fc.boolean(),
    maxPreviews: fc.constantFrom(1, 2, 20),
    imageTag: fc.constantFrom(undefined, 'pr-{{number}}', '0.{{number}}.0', '{{branchSlug}}'),
  },
  { requiredKeys: ['enabled', 'gitOwner', 'gitRepo'] },
)

/** The spec of a Service, mostly one that can be read. */
export const spec = fc.oneof(
  { weight: 1, arbitrary: fc.jsonValue() },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        workspace: mostly('staging', 'other'),
        source: fc.record({
          repoURL: mostly('https://example.com/x', '${workspace.USER}', '${workspace.'),
          values: fc.record(
            {
              cluster: mostly<unknown>('${workspace.CLUSTER}', 'in-cluster', 7),
              image: fc.constantFrom('a/b', 'a/b:0.1.0', { repository: 'a/b', tag: 'x' }),
              ingress: mostly({ hosts: [{ host: 'app.example.com' }] }, { hosts: [{ host: 'NO host' }] }),
              // Others are refused, and nothing more is seen of them.
              any: fc.jsonValue({ maxDepth: 3 }).filter(value => inexactNumbers(value).length === 0),
            },
            { requiredKeys: ['cluster'] },
          ),
        }),
        containerRegistry: fc.option(
          fc.record({
            provider: mostly('docker', 'ghcr', 'generic'),
            imageName: fc.constant('a/b'),
            semanticVersion: mostly('*', '~0.2', '>=9', 'nonsense'),
          }),
          { freq: 6, nil: undefined },
        ),
        dependencies: fc.record({ service: fc.constantFrom([], ['web'], ['web', 'api']) }),
        previewEnvironment: fc.option(previewEnvironment, { freq: 4, nil: undefined }),
        suspend: mostly(false, true),
      },
      { requiredKeys: ['workspace', 'source', 'containerRegistry', 'previewEnvironment'] },
    ),
  },
)
