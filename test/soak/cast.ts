import type { ApiObject } from '../../lib/engine/cluster.js'
import { API_VERSION, LABEL } from '../../lib/names.js'

/** One of our resources as its user wants it: what the soak's faults edit, and what its end is judged by. */
export interface Actor {
  readonly kind: 'Service' | 'Terraform'
  readonly name: string
  readonly namespace: string
  readonly image: string
  readonly workspace: string
  /** Of the same namespace; each was made before. */
  readonly dependencies: { readonly service: readonly string[]; readonly terraform: readonly string[] }
  /** The GitHub repository whose pull requests get copies. */
  readonly repository: string | undefined
  /** Counts edits: it is in a value or in a variable. */
  edit: number
  /** What is wrong with its spec until somebody repairs it. */
  mistake: 'constraint' | 'workspace' | 'script' | undefined
  /** When it may be created again after it was deleted, in milliseconds; undefined: it is wanted. */
  deletedUntil: number | undefined
  /** What happened to it lately, newest last. */
  readonly story: string[]
}

/** Everything that the actors refer to. */
export interface Cast {
  readonly actors: readonly Actor[]
  readonly workspaces: readonly string[]
  readonly images: readonly string[]
  readonly repositories: readonly string[]
}

const PER_NAMESPACE = 50
const PER_GROUP = 5
const PER_WORKSPACE = 10
const PER_IMAGE = 4
const PER_REPOSITORY = 100

/** Makes as many actors as are asked for, in groups whose members depend on earlier ones. */
export function makeCast(count: number, pick: (limit: number) => number): Cast {
  const named = (prefix: string, share: number): string[] =>
    Array.from({ length: Math.ceil(count / share) }, (_, index) => `${prefix}${index}`)
  const workspaces = named('ws-', PER_WORKSPACE)
  const images = named('team/image-', PER_IMAGE)
  const repositories = named('org/repo-', PER_REPOSITORY)
  const actors: Actor[] = []
  for (let index = 0; index < count; index++) {
    const place = index % PER_GROUP
    const group = actors.slice(index - place)
    const needed = group.filter(() => pick(3) === 0)
    const kind = place === 0 || (place === 1 && pick(2) === 0) ? 'Terraform' : 'Service'
    actors.push({
      kind,
      name: `${kind === 'Service' ? 'app' : 'infra'}-${index}`,
      namespace: `team-${Math.floor(index / PER_NAMESPACE)}`,
      image: images[pick(images.length)]!,
      workspace: workspaces[pick(workspaces.length)]!,
      dependencies: {
        service: needed.filter(each => each.kind === 'Service').map(({ name }) => name),
        terraform: needed.filter(each => each.kind === 'Terraform').map(({ name }) => name),
      },
      repository: kind === 'Service' && pick(12) === 0 ? repositories[pick(repositories.length)] : undefined,
      edit: 0,
      mistake: undefined,
      deletedUntil: undefined,
      story: [],
    })
  }
  return { actors, workspaces, images, repositories }
}

/** Those that need an actor, and those that need them, itself first. */
export function withDependents({ actors }: Cast, first: Actor): Actor[] {
  const found = [first]
  for (const { kind, name, namespace } of found) {
    const list = kind === 'Service' ? 'service' : 'terraform'
    for (const other of actors) {
      const isDependent = other.namespace === namespace && other.dependencies[list].includes(name)
      if (isDependent && !found.includes(other)) found.push(other)
    }
  }
  return found
}

/** What its user applies. */
export function manifestOf(actor: Actor): ApiObject {
  const { kind, name, namespace } = actor
  const spec = kind === 'Service' ? serviceSpec(actor) : terraformSpec(actor)
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec }
}

function registryOf({ image, mistake }: Actor): object {
  return { provider: 'docker', imageName: image, semanticVersion: mistake === 'constraint' ? 'newest' : '~1' }
}

function serviceSpec(actor: Actor): object {
  const { image, dependencies, repository, edit, mistake } = actor
  const [gitOwner, gitRepo] = repository?.split('/') ?? []
  const values = { cluster: '${workspace.CLUSTER}', region: '${workspace.REGION}', image, edit }
  return {
    workspace: mistake === 'workspace' ? 'nowhere' : actor.workspace,
    source: { repoURL: 'https://example.com/charts', path: 'app', targetRevision: 'main', values },
    containerRegistry: registryOf(actor),
    dependencies,
    ...(repository !== undefined && { previewEnvironment: { enabled: true, gitOwner, gitRepo } }),
  }
}

function terraformSpec({ dependencies, edit, mistake, ...actor }: Actor): object {
  return {
    variables: { TF_VAR_edit: String(edit), ...(mistake === 'script' && { FAILS: 'yes' }) },
    scripts: { deploy: 'deploy', destroy: 'destroy' },
    postDeploy: { script: 'report', args: { edit: 'TF_VAR_edit' } },
    containerRegistry: registryOf({ dependencies, edit, mistake, ...actor }),
    dependencies,
    retries: 0,
  }
}

/** The Secret of a workspace; its region is what faults change. */
export function workspaceSecret(name: string, region: string): ApiObject {
  const labels = { [LABEL.secretType]: 'cluster', [LABEL.environment]: name }
  const annotations = { CLUSTER: 'in-cluster', REGION: region }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'alustan', labels, annotations } }
}

/** What may be wrong with an actor's spec. */
export function mistakesOf({ kind }: Actor): readonly ('constraint' | 'workspace' | 'script')[] {
  return kind === 'Service' ? ['constraint', 'workspace'] : ['constraint', 'script']
}

/** The number of the edit that a child with this spec was made of. */
export function editOf(spec: unknown): string | undefined {
  return /edit\W+(?:value\W+)?(\d+)/.exec(JSON.stringify(spec ?? null))?.[1]
}
