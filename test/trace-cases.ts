import { copyOf, preview, well, withPreviews, workspace } from './trace-objects.js'
import { type Case, serviceCases } from './trace-service-cases.js'
import { applicationSet, job, pod, service, terraform } from './trace-world.js'

const infrastructure = (status: object, spec = {}) => terraform('vpc', { status, spec })

/** Each is a whole tree in test/fixtures/traces, written anew with GOLDEN=1. */
export const worlds: Case[] = [
  ...serviceCases,
  [
    'a Terraform that is deployed: its runs, the newest first, its outputs and its pull Secret',
    'terraform/vpc',
    [
      infrastructure({ state: 'Completed', message: 'deployed, and its outputs are kept', image: 'a/infra:1.0.1' }),
      job('vpc-deploy-1', { createdAt: '2026-01-01T00:00:00Z', outcome: 'Complete' }),
      job('vpc-postdeploy-2', { createdAt: '2026-01-01T01:00:00Z', outcome: 'Complete', step: 'postdeploy' }),
      pod('vpc-deploy-1-x', { job: 'vpc-deploy-1', phase: 'Succeeded' }),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'vpc-output', namespace: 'team-a' },
        data: { a: 'never-shown' },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'vpc-registry', namespace: 'team-a' },
        data: { a: 'never-shown' },
      },
    ],
  ],
  [
    'a Terraform whose run does not start',
    'terraform/vpc',
    [
      infrastructure({ state: 'Progressing', message: "deploy run 'vpc-deploy-1' starts", image: 'a/infra:1.0.1' }),
      job('vpc-deploy-1', { createdAt: '2026-01-01T00:00:00Z' }),
      pod('vpc-deploy-1-x', { job: 'vpc-deploy-1', waiting: 'ErrImagePull', phase: 'Pending' }),
    ],
  ],
  [
    'a Terraform whose script failed: its message says which log to read',
    'terraform/vpc',
    [
      infrastructure({ state: 'Failed', message: "deploy run 'vpc-deploy-1' failed (exit code 3); see: kubectl logs" }),
      job('vpc-deploy-1', { createdAt: '2026-01-01T00:00:00Z', outcome: 'Failed' }),
      pod('vpc-deploy-1-x', { job: 'vpc-deploy-1', phase: 'Failed', exitCode: 3 }),
    ],
  ],
  [
    'a Terraform that waits for another that does not exist',
    'terraform/vpc',
    [
      infrastructure(
        {
          state: 'Progressing',
          message: 'waits for Terraform/dns, which does not exist',
          blockedBy: [{ kind: 'Terraform', name: 'dns', reason: 'does not exist' }],
        },
        { dependencies: { terraform: ['dns'] } },
      ),
    ],
  ],
  [
    'a Service with pull requests that have no copy, or not the newest: why',
    'service/web',
    [
      withPreviews([
        copyOf(14, 'waitingForImage', 'waits for a/web:pr-14 in the registry'),
        copyOf(9, 'progressing', 'waits for Argo CD to create it'),
        { ...copyOf(7, 'waitingForImage', 'waits for a/web:pr-7; runs 1.1.3 until then'), namespace: 'preview-web-7' },
        copyOf(3, 'maxPreviews', 'newer pull requests have all the copies'),
      ]),
      ...well,
      applicationSet('web-preview'),
      preview(7),
    ],
  ],
  [
    'a Service whose pull requests cannot be listed: GitHub, and the cure',
    'service/web',
    [
      withPreviews(
        [copyOf(7)],
        [{ type: 'PullRequestsListed', status: 'False', message: "GitHub 'api.github.com' refuses the token" }],
      ),
      ...well,
      applicationSet('web-preview'),
      preview(7),
    ],
  ],
  [
    'a Service whose dependencies the login may not see: each says so, and the rest is shown',
    'service/web',
    [
      service('web', {
        spec: { dependencies: { service: ['api'], terraform: ['vpc', 'dns'] } },
        status: {
          state: 'Blocked',
          message: 'waits for Terraform/vpc',
          blockedBy: [{ kind: 'Terraform', name: 'vpc', reason: 'is Progressing' }],
        },
      }),
      workspace,
    ],
    ['terraforms'],
  ],
  [
    'a Terraform whose dependency, runs, pods, outputs and pull Secret the login may not see',
    'terraform/vpc',
    [
      infrastructure(
        { state: 'Completed', message: 'deployed', image: 'a/infra:1.0.1' },
        { dependencies: { service: ['api'] } },
      ),
    ],
    ['services', 'jobs', 'pods', 'configmaps', 'secrets'],
  ],
]
