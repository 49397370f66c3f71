import {
  commentPayload,
  deploymentPayload,
  type FakeAnswer,
  type Given,
  message,
  nextId,
  onComment,
  onDeployment,
  openPulls,
  page,
  pullPayload,
} from './github-payloads.js'
import type { FakeGitHub } from './github-state.js'

interface Asked {
  method: string
  url: URL
  body: any
  token: string | undefined
}

type Route = [method: string, path: RegExp, answer: (given: Given, ...parts: string[]) => FakeAnswer]

const routes: Route[] = [
  [
    'GET',
    /^\/pulls$/,
    given =>
      page(
        given,
        openPulls(given.repository).map(pull => pullPayload(given, pull)),
      ),
  ],
  [
    'GET',
    /^\/issues\/(\d+)\/comments$/,
    (given, issue) => {
      const found = given.repository.comments.filter(comment => comment.issue === Number(issue))
      return page(
        given,
        found.map(comment => commentPayload(given, comment)),
      )
    },
  ],
  [
    'POST',
    /^\/issues\/(\d+)\/comments$/,
    (given, issue) => {
      if (!given.repository.pulls.some(({ number }) => number === Number(issue))) return message(404, 'Not Found')
      const comment = { id: nextId(given.repository), issue: Number(issue), body: given.body.body, author: given.login }
      given.repository.comments.push(comment)
      return { status: 201, body: commentPayload(given, comment) }
    },
  ],
  [
    'GET',
    /^\/issues\/comments\/(\d+)$/,
    (given, id) => onComment(given, id, comment => ({ status: 200, body: commentPayload(given, comment) })),
  ],
  [
    'PATCH',
    /^\/issues\/comments\/(\d+)$/,
    (given, id) =>
      onComment(given, id, comment => {
        comment.body = given.body.body
        return { status: 200, body: commentPayload(given, comment) }
      }),
  ],
  [
    'DELETE',
    /^\/issues\/comments\/(\d+)$/,
    (given, id) =>
      onComment(given, id, comment => {
        given.repository.comments.splice(given.repository.comments.indexOf(comment), 1)
        return { status: 204, body: '' }
      }),
  ],
  [
    'GET',
    /^\/deployments$/,
    given => {
      const wanted = ['environment', 'task', 'sha', 'ref'] as const
      const found = given.repository.deployments.filter(deployment =>
        wanted.every(key => [null, deployment[key]].includes(given.url.searchParams.get(key))),
      )
      return page(
        given,
        found.reverse().map(deployment => deploymentPayload(given, deployment)),
      )
    },
  ],
  [
    'POST',
    /^\/deployments$/,
    given => {
      const { ref, task = 'deploy', environment = 'production', payload = {}, required_contexts } = given.body
      if (required_contexts === undefined) return message(409, 'Conflict: Commit status checks failed for main.')
      if (!given.repository.pulls.some(({ sha }) => sha === ref)) return message(422, `No ref found for: ${ref}`)
      const made = {
        id: nextId(given.repository),
        ref,
        sha: ref,
        task,
        environment,
        creator: given.login,
        payload,
        statuses: [],
      }
      given.repository.deployments.push(made)
      return { status: 201, body: deploymentPayload(given, made) }
    },
  ],
  [
    'DELETE',
    /^\/deployments\/(\d+)$/,
    (given, id) =>
      onDeployment(given, id, deployment => {
        if (deployment.statuses.at(-1)?.state !== 'inactive') {
          return message(
            422,
            'We cannot delete an active deployment unless it is the only deployment in a given environment.',
          )
        }
        given.repository.deployments.splice(given.repository.deployments.indexOf(deployment), 1)
        return { status: 204, body: '' }
      }),
  ],
  [
    'GET',
    /^\/deployments\/(\d+)\/statuses$/,
    (given, id) => onDeployment(given, id, deployment => page(given, [...deployment.statuses].reverse())),
  ],
  [
    'POST',
    /^\/deployments\/(\d+)\/statuses$/,
    (given, id) =>
      onDeployment(given, id, deployment => {
        const { state, environment_url = '', description = '' } = given.body
        if (environment_url !== '' && !/^https?:\/\//.test(environment_url)) return message(422, 'Validation Failed')
        const status = { id: nextId(given.repository), state, environment_url, description }
        deployment.statuses.push(status)
        return { status: 201, body: status }
      }),
  ],
]

/** Answers a request that nothing is wrong with, as docs.github.com/rest says. */
export function answerGitHub(fake: FakeGitHub, asked: Asked): FakeAnswer {
  const { method, url, token } = asked
  const who = token === undefined ? undefined : fake.tokens.get(token)
  if (url.pathname === '/user') {
    if (who?.type === 'Bot') return message(403, 'Resource not accessible by integration')
    return who === undefined
      ? message(401, 'Requires authentication')
      : { status: 200, body: { login: who.login, type: who.type } }
  }
  const [, byName, byId, rest = ''] = /^\/(?:repos\/([^/]+\/[^/]+)|repositories\/(\d+))(\/.*)$/.exec(url.pathname) ?? []
  const [name, repository] =
    [...fake.repositories].find(([key, { id }]) =>
      byName === undefined ? id === Number(byId) : key === byName.toLowerCase(),
    ) ?? []
  if (name === undefined || repository === undefined || (repository.isPrivate && who === undefined))
    return message(404, 'Not Found')
  if (repository.renamedTo !== undefined) {
    const target = fake.repositories.get(repository.renamedTo.toLowerCase())
    const location = `${fake.url}/repositories/${target?.id}${rest}${url.search}`
    return { ...message(method === 'GET' ? 301 : 307, 'Moved Permanently'), headers: { location } }
  }
  if (method !== 'GET' && who === undefined) return message(401, 'Requires authentication')
  if (method !== 'GET' && who?.may !== 'write') return message(403, 'Resource not accessible by personal access token')
  for (const [routeMethod, path, answer] of routes) {
    const parts = path.exec(rest)
    if (parts !== null && method === routeMethod) {
      return answer({ ...asked, fake, name, repository, login: who?.login ?? '' }, ...parts.slice(1))
    }
  }
  return message(404, 'Not Found')
}
