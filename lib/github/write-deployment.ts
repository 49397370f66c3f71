import type { Octokit } from '@octokit/rest'
import { z } from 'zod'
import type { Telling } from './feedback-note.js'
import { previewState } from './preview-state.js'
import { Author, PAGE_SIZE, type Writer } from './writer.js'

const Deployment = z.object({ id: z.number(), sha: z.string(), creator: Author.nullable() })
type Deployment = z.infer<typeof Deployment>
const Statuses = z.array(z.object({ state: z.string(), environment_url: z.string().nullish() }))

const TASK = 'deploy:alustan-preview'
const MAX_DESCRIPTION = 140

/** The name of the environment of a copy; by it its deployments are found again. */
export function environmentName({ service, number }: Telling): string {
  return `preview ${service.workspace}/${service.namespace}/${service.name}/${number}`
}

/**
 * Makes the deployments of a copy say what they should: one for its commit, those of older commits inactive. They are
 * looked for before anything is written; where two replicas made one each, the older stays.
 */
export async function writeDeployment(telling: Telling, writer: Writer): Promise<void> {
  const { preview } = telling
  let found = await findDeployments(telling, writer)
  const copy = typeof preview === 'string' || preview.namespace === undefined ? undefined : preview
  const isCurrent = ({ sha }: Deployment) => sha === copy?.sha
  if (copy !== undefined && !found.some(isCurrent)) {
    await create(telling, copy.sha, writer)
    found = await findDeployments(telling, writer)
  }
  const [oldest, ...younger] = found.filter(isCurrent)
  for (const { id } of younger) {
    await setState(telling, id, { state: 'inactive' }, writer)
    await writer.writeIfThere(octokit => octokit.rest.repos.deleteDeployment({ ...at(telling), deployment_id: id }))
  }
  for (const { id } of found.filter(each => !isCurrent(each)))
    await setState(telling, id, { state: 'inactive' }, writer)
  if (oldest === undefined) return
  const { state } = previewState(preview)
  const url = copy?.urls[0]
  await setState(telling, oldest.id, { state, ...(url !== undefined && { url }) }, writer)
}

function at({ repository }: Telling) {
  return { owner: repository.owner, repo: repository.name }
}

async function findDeployments(telling: Telling, writer: Writer): Promise<Deployment[]> {
  const environment = environmentName(telling)
  const all = await writer.readAll(Deployment, (octokit, page) =>
    octokit.rest.repos.listDeployments({ ...at(telling), environment, task: TASK, per_page: PAGE_SIZE, page }),
  )
  const ours: Deployment[] = []
  for (const deployment of all) {
    if (deployment.creator !== null && (await writer.isOurs(deployment.creator))) ours.push(deployment)
  }
  return ours.sort((a, b) => a.id - b.id)
}

async function create(telling: Telling, sha: string, writer: Writer): Promise<void> {
  await writer.write(octokit =>
    octokit.rest.repos.createDeployment({
      ...at(telling),
      ref: sha,
      task: TASK,
      environment: environmentName(telling),
      auto_merge: false,
      // The copy is there, whatever checks say of the commit.
      required_contexts: [],
      transient_environment: true,
      production_environment: false,
    }),
  )
}

async function setState(
  telling: Telling,
  id: number,
  { state, url }: { state: ReturnType<typeof previewState>['state']; url?: string },
  writer: Writer,
): Promise<void> {
  const place = { ...at(telling), deployment_id: id }
  const list = (octokit: Octokit) => octokit.rest.repos.listDeploymentStatuses({ ...place, per_page: 1 })
  const [newest] = await writer.read(Statuses, list, [{ state: 'inactive' }])
  if (newest?.state === state && (state === 'inactive' || (newest.environment_url ?? '') === (url ?? ''))) return
  const description = `The preview of ${telling.service.name} ${previewState(telling.preview).words}`
  await writer.write(octokit =>
    octokit.rest.repos.createDeploymentStatus({
      ...place,
      state,
      description: description.slice(0, MAX_DESCRIPTION),
      ...(url !== undefined && { environment_url: url }),
    }),
  )
}
