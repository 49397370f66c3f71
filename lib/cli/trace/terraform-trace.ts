import { type ApiClient, METADATA_ONLY, pathOf } from '../../engine/api-request.js'
import { type ApiObject, objectKey } from '../../engine/cluster.js'
import { RESOURCES } from '../../engine/resources.js'
import type { Attempt } from '../../errors.js'
import type { KubernetesObject, Parent } from '../../metacontroller.js'
import { KIND, LABEL } from '../../names.js'
import { childNames } from '../../terraform/related.js'
import { type Run, isGoing, readRuns } from '../../terraform/runs.js'
import { type SeenDependency, dependenciesNode, gatherDependencies } from './dependencies.js'
import { look, nodesOf } from './look.js'
import { podNode, podTrouble, seePod } from './pods.js'
import { Standing, conditionMessage, ownReason } from './standing.js'
import type { Trace, TraceNode } from './trace-node.js'

/** What a cluster tells of a Terraform. */
export interface TerraformFacts {
  readonly terraform: ApiObject
  readonly jobs: Attempt<readonly ApiObject[]>
  readonly pods: Attempt<readonly ApiObject[]>
  /** The ConfigMap of outputs, without what is in it. */
  readonly outputs: Attempt<readonly ApiObject[]>
  /** The Secret of the registry, without what is in it. */
  readonly pullSecrets: Attempt<readonly ApiObject[]>
  readonly dependencies: readonly SeenDependency[]
}

/** Asks for all that belongs to a Terraform, in seven requests at most. */
export async function gatherTerraform(client: ApiClient, terraform: ApiObject): Promise<TerraformFacts> {
  const { name, namespace = '' } = terraform.metadata
  const { output, pullSecret } = childNames(name)
  const query = { labelSelector: `${LABEL.terraform}=${name}` }
  const byName = (resource: typeof RESOURCES.secrets, wanted: string) =>
    look(client, pathOf(resource, { namespace }), {
      accept: METADATA_ONLY,
      query: { fieldSelector: `metadata.name=${wanted}` },
    })
  const [jobs, pods, outputs, pullSecrets, dependencies] = await Promise.all([
    look(client, pathOf(RESOURCES.jobs, { namespace }), { query }),
    look(client, pathOf(RESOURCES.pods, { namespace }), { query }),
    byName(RESOURCES.configMaps, output),
    byName(RESOURCES.secrets, pullSecret),
    gatherDependencies(client, terraform),
  ])
  return { terraform, jobs, pods, outputs, pullSecrets, dependencies }
}

/** The way from a Terraform to its runs and their pods, and what it waits for. */
export function terraformTrace(facts: TerraformFacts): Omit<Trace, 'requests'> {
  const { terraform, jobs, outputs, pullSecrets, dependencies } = facts
  const standing = Standing.parse(terraform.status ?? {})
  const { name, namespace = '' } = terraform.metadata
  const runs: Attempt<readonly Run[]> =
    jobs.failure === undefined ? { value: runsOf(terraform, jobs.value) } : { failure: jobs.failure }
  const none = [{ title: 'runs', state: 'none yet' }]
  const children = [
    ...imageNode(standing),
    ...dependenciesNode(dependencies),
    ...(runs.value?.length === 0 ? none : nodesOf(runs, 'runs', run => runNode(run, facts))),
    ...nodesOf(outputs, 'outputs', ({ metadata }) => ({
      title: `ConfigMap/${metadata.name}`,
      notes: ['keeps the outputs of postDeploy'],
    })),
    ...nodesOf(pullSecrets, 'pull Secret', ({ metadata }) => ({
      title: `Secret/${metadata.name}`,
      notes: ['pulls the image'],
    })),
  ]
  const state = standing.state ?? 'has no status yet'
  const tree: TraceNode = { title: `Terraform/${name}`, state, notes: [`namespace ${namespace}`], children }
  return { tree, next: nextSentence(facts, standing) }
}

/** The newest first. */
function runsOf(terraform: ApiObject, jobs: readonly ApiObject[]): Run[] {
  const objects = Object.fromEntries(jobs.map(job => [objectKey(job.metadata), job as KubernetesObject]))
  const children = { [KIND.job]: objects }
  return readRuns({ parent: terraform as Parent, children, related: {}, finalizing: false }).reverse()
}

function runNode(run: Run, { pods }: TerraformFacts): TraceNode {
  const own = (pods.value ?? []).filter(({ metadata }) => metadata.labels?.['job-name'] === run.name)
  const looked: Attempt<readonly ApiObject[]> = pods.failure === undefined ? { value: own } : { failure: pods.failure }
  return {
    title: `Job/${run.name}`,
    state: isGoing(run) ? 'is being deleted' : (run.outcome ?? 'goes on'),
    notes: [
      run.step,
      ...(run.image === undefined ? [] : [run.image]),
      ...(run.reason === undefined ? [] : [run.reason]),
      run.endedAt === '' ? `since ${run.createdAt}` : `until ${run.endedAt}`,
    ],
    children: nodesOf(looked, 'pods', pod => podNode(seePod(pod))),
  }
}

function imageNode(standing: Standing): TraceNode[] {
  const why = conditionMessage(standing, 'ImageResolved')
  if (standing.image === undefined && why === undefined) return []
  return [{ title: `image ${standing.image ?? 'not chosen yet'}`, notes: why === undefined ? [] : [why] }]
}

function nextSentence({ terraform, jobs, pods }: TerraformFacts, standing: Standing): string {
  const own = ownReason(terraform, standing)
  if (own !== undefined) return own
  if (standing.state === 'Completed') return 'Waits for nothing: it is deployed as asked.'
  const newest = runsOf(terraform, jobs.value ?? [])[0]?.name
  const isOfNewest = ({ metadata }: ApiObject) => metadata.labels?.['job-name'] === newest
  const isStuck =
    standing.state === 'Progressing' ? podTrouble((pods.value ?? []).filter(isOfNewest).map(seePod)) : undefined
  return isStuck === undefined ? `Waits for this: ${standing.message}.` : `Waits for ${isStuck}.`
}
