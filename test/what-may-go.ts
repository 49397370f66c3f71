import type { PullRequestList } from '../lib/github/pull-requests.js'
import { parseSyncRequest } from '../lib/metacontroller.js'
import { readService } from '../lib/service/situation.js'
import type { TerraformFacts } from '../lib/terraform/facts.js'
import { readTerraform } from '../lib/terraform/situation.js'

const settings = {
  secretsNamespace: 'alustan',
  argoCdNamespace: 'argocd',
  allowedProjects: ['default'] as [string],
  endpoints: { dockerRegistryUrl: 'https://r.example.com', ghcrUrl: 'https://g.example.com', allowedRegistryHosts: [] },
  resyncAfterSeconds: 60,
  previewResyncAfterSeconds: 12,
}

/** The Service of a request, as its hook reads it. */
export const serviceOf = (body: unknown) => readService(parseSyncRequest(body), settings)

/**
 * Which copies may go: of pull requests that the spec does not want, or that a list without doubt does not have. Without
 * a number: whether their ApplicationSet may.
 */
export function mayLeave(body: unknown, list: PullRequestList | undefined): (number?: number) => boolean {
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
    if (list.isTruncated && list.pullRequests.every(pull => pull.number > number)) return false
    const newer = wanted.filter(pull => pull.number > number).length
    return !wanted.some(pull => pull.number === number) || newer >= environment.maxPreviews
  }
}

const terraformSettings = { endpoints: settings.endpoints, resyncAfterSeconds: 60, copyRegistrySecret: true }

/** The Terraform of a request, as its hook reads it. */
export const situationOf = (body: unknown) => readTerraform(parseSyncRequest(body), terraformSettings)

/** Jobs that may go: all but the three newest of those that ended, and one that gives way. */
export function mayGo(body: any, facts: TerraformFacts): (omitted: string[]) => boolean {
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
