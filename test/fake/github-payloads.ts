import type { FakeComment, FakeDeployment, FakeGitHub, FakePull, FakeRepository } from './github-state.js'

export interface FakeAnswer {
  status: number
  body: unknown
  headers?: Record<string, string>
}

/** A request about a repository that is there. */
export interface Given {
  fake: FakeGitHub
  method: string
  url: URL
  body: any
  /** `owner/name` of the repository. */
  name: string
  repository: FakeRepository
  /** Who asks. */
  login: string
}

/** An error as GitHub writes it. */
export function message(status: number, text: string): FakeAnswer {
  return { status, body: { message: text, documentation_url: 'https://docs.github.com/rest', status: String(status) } }
}

export function page({ url }: Given, items: unknown[]): FakeAnswer {
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30))
  const number = Number(url.searchParams.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (page: number, rel: string): string => {
    const target = new URL(url)
    target.searchParams.set('page', String(page))
    return `<${target.href}>; rel="${rel}"`
  }
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev'), link(1, 'first')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
  ]
  return {
    status: 200,
    body: items.slice((number - 1) * size, number * size),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  }
}

export function pullPayload({ fake, name, repository }: Given, pull: FakePull): object {
  const [owner = '', repo = ''] = name.split('/')
  const own = {
    id: repository.id,
    name: repo,
    full_name: name,
    fork: false,
    owner: { login: owner, type: 'Organization' },
  }
  const fork = {
    id: 900_000 + pull.number,
    name: repo,
    full_name: `stranger/${repo}`,
    fork: true,
    owner: { login: 'stranger' },
  }
  const login = pull.from === 'repository' ? owner : 'stranger'
  return {
    url: `${fake.url}/repos/${name}/pulls/${pull.number}`,
    id: repository.id * 1000 + pull.number,
    node_id: `PR_${pull.number}`,
    number: pull.number,
    state: pull.state,
    locked: false,
    draft: false,
    title: pull.title,
    body: null,
    user: { login, type: 'User' },
    labels: pull.labels.map((label, id) => ({ id, name: label, color: 'ededed', default: false, description: null })),
    head: {
      label: `${login}:${pull.branch}`,
      ref: pull.branch,
      sha: pull.sha,
      user: { login },
      repo: pull.from === 'deleted' ? null : pull.from === 'fork' ? fork : own,
    },
    base: { label: `${owner}:main`, ref: 'main', sha: '0'.repeat(40), user: { login: owner }, repo: own },
  }
}

export function commentPayload({ fake, name }: Given, comment: FakeComment): object {
  const type = [...fake.tokens.values()].find(({ login }) => login === comment.author)?.type ?? 'User'
  const { id, issue, body, author } = comment
  return { id, issue_url: `${fake.url}/repos/${name}/issues/${issue}`, body, user: { login: author, type } }
}

export function deploymentPayload({ fake }: Given, deployment: FakeDeployment): object {
  const { creator, ...rest } = { ...deployment, statuses: undefined }
  const type = [...fake.tokens.values()].find(({ login }) => login === creator)?.type ?? 'User'
  return {
    ...rest,
    original_environment: rest.environment,
    transient_environment: true,
    creator: { login: creator, type },
  }
}

export function openPulls({ pulls }: FakeRepository): FakePull[] {
  return pulls.filter(({ state }) => state === 'open').sort((a, b) => b.number - a.number)
}

let lastId = 5_000_000_000

export function nextId(repository: FakeRepository): number {
  return ++lastId + repository.id
}

export function onComment(
  { repository }: Given,
  id: string | undefined,
  answer: (comment: FakeComment) => FakeAnswer,
): FakeAnswer {
  const comment = repository.comments.find(other => other.id === Number(id))
  return comment === undefined ? message(404, 'Not Found') : answer(comment)
}

export function onDeployment(
  { repository }: Given,
  id: string | undefined,
  answer: (deployment: FakeDeployment) => FakeAnswer,
): FakeAnswer {
  const deployment = repository.deployments.find(other => other.id === Number(id))
  return deployment === undefined ? message(404, 'Not Found') : answer(deployment)
}
