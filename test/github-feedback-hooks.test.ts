import t from 'tap'
import { feedbackNotes } from '../hooks/preview-feedback.js'
import { AlustanError } from '../lib/errors.js'
import type { FeedbackNote } from '../lib/github/feedback-note.js'
import { LABEL, dependsOnLabel } from '../lib/names.js'
import type { Preview } from '../lib/preview/preview-status.js'
import { build, body as exampleBody } from './built-app.js'

t.test('the hooks note what pull requests are to be told, and the status says when that fails', async t => {
  const notes: FeedbackNote[] = []
  const failing: { failure?: AlustanError } = {}
  const { post } = await build(t, {
    pullRequests: {
      read: async () => ({
        pullRequests: [{ number: 7, title: 'x', branch: 'x', sha: 'a'.repeat(40), isFork: false, labels: ['preview'] }],
        failure: undefined,
        isTruncated: false,
        mayBeOlder: false,
      }),
      close: () => undefined,
    },
    feedback: { note: given => notes.push(given), failure: () => failing.failure, close: () => undefined },
  })
  const body = exampleBody()
  const { namespace, name } = body.parent.metadata
  const hook = async (path: string) => (await post(`/services/${path}`, body)).json()
  await hook('sync')
  t.same(notes, [], 'only who asks for it')
  const environment = { enabled: true, gitOwner: 'team', gitRepo: 'app', feedback: 'comment' }
  body.parent.spec.previewEnvironment = environment
  const first = await hook('sync')
  const about = {
    kind: 'comment',
    repository: { owner: 'team', name: 'app' },
    service: { workspace: body.parent.spec.workspace, namespace, name },
  }
  t.match(notes.at(-1), { ...about, previews: [{ number: 7, sha: 'a'.repeat(40), reason: 'progressing' }], gone: [] })
  t.notOk(JSON.stringify(first.status).includes('FeedbackWritten'))
  body.parent.status = {
    ...first.status,
    previews: [...first.status.previews, { ...first.status.previews[0], number: 3 }],
  }
  const waiting: Preview = { number: 7, branch: 'x', sha: 'a', urls: [], reason: 'waitingForList' }
  const doubtful = { ...first.status, previews: [waiting] }
  t.match(feedbackNotes(body.parent, doubtful), [{ previews: [], gone: [3] }], 'it may be closed by now')
  failing.failure = new AlustanError('GitHubForbidden', 'may not')
  const condition = { type: 'FeedbackWritten', status: 'False', reason: 'GitHubForbidden', message: 'may not' }
  t.match(
    (await hook('sync')).status.conditions.find(({ type }: any) => type === 'FeedbackWritten'),
    condition,
  )
  t.match(notes.at(-1), { gone: [3] })
  body.finalizing = true
  const sets = first.children.map((child: any) => [`${namespace}/${child.metadata.name}`, child])
  body.children['ApplicationSet.argoproj.io/v1alpha1'] = Object.fromEntries(sets)
  const labels = { [LABEL.service]: 'shop', [dependsOnLabel('service', name)]: 'true' }
  const needing = { name: 'shop', namespace, labels }
  const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: needing }
  body.related['Application.argoproj.io/v1alpha1'] = { [`${namespace}/shop`]: application }
  await hook('finalize')
  t.match(notes.at(-1), { ...about, previews: [{ number: 7 }], gone: [3] }, 'what runs on is not gone')
  body.related['Application.argoproj.io/v1alpha1'] = {}
  await hook('finalize')
  t.match(notes.at(-1), { ...about, previews: [], gone: [7, 3] })
  body.parent.spec.workspace = 7
  await hook('finalize')
  t.match(notes.at(-1), { ...about, previews: [], gone: [7, 3] }, 'a spec that cannot be read changes nothing of it')
})

const of = { gitOwner: 'team', gitRepo: 'app', workspace: 'staging', feedback: 'comment' }
const copy = { number: 7, branch: 'x', sha: 'a', urls: [] }
const before = { previews: [copy, { ...copy, number: 3 }], previewsOf: of }
const to = { kind: 'comment', repository: { owner: 'team', name: 'app' }, service: { workspace: 'staging' } }
const edits: [why: string, status: object, notes: object[]][] = [
  ['nothing', before, [{ ...to, previews: [{ number: 7 }, { number: 3 }], gone: [] }]],
  ['capitals', { ...before, previewsOf: { ...of, gitRepo: 'App' } }, [{ previews: [{}, {}], gone: [] }]],
  ['previews are turned off or removed', { previewURLs: [] }, [{ ...to, previews: [], gone: [7, 3], untold: [] }]],
  [
    'the repository',
    { previews: [copy], previewsOf: { ...of, gitRepo: 'other' } },
    [
      { ...to, previews: [], gone: [7, 3] },
      { ...to, repository: { owner: 'team', name: 'other' }, previews: [{ number: 7 }], gone: [] },
    ],
  ],
  [
    'the workspace',
    { ...before, previewsOf: { ...of, workspace: 'production' } },
    [
      { ...to, gone: [7, 3] },
      { ...to, service: { workspace: 'production' }, previews: [{}, {}], gone: [] },
    ],
  ],
  [
    'another kind of feedback',
    { previews: [copy], previewsOf: { ...of, feedback: 'deployment' } },
    [
      { ...to, previews: [], gone: [3], untold: [7] },
      { ...to, kind: 'deployment', previews: [{ number: 7 }], gone: [] },
    ],
  ],
  ['no feedback', { ...before, previewsOf: { ...of, feedback: 'none' } }, [{ ...to, gone: [], untold: [7, 3] }]],
]
for (const [why, status, want] of edits) {
  t.test(`who was told of a copy is told of its end after an edit: ${why}`, async t => {
    const { parent } = exampleBody()
    const notes = feedbackNotes({ ...parent, status: before }, status)
    t.equal(notes.length, want.length)
    t.match(notes, want)
  })
}

t.test('whose copies an older status tells of is not known: nobody is told that they are gone', async t => {
  const { parent } = exampleBody()
  t.match(feedbackNotes({ ...parent, status: { previews: before.previews } }, { previews: [copy], previewsOf: of }), [
    { previews: [{ number: 7 }], gone: [] },
  ])
})

const whileSuspended: [why: string, environment: object | undefined, notes: object[]][] = [
  ['the same', {}, [{ ...to, previews: [{ number: 7 }, { number: 3 }], gone: [] }]],
  ['no feedback', { feedback: 'none' }, [{ ...to, previews: [], gone: [], untold: [7, 3] }]],
  ['no previewEnvironment', undefined, [{ ...to, previews: [], gone: [], untold: [7, 3] }]],
  [
    'another kind, and another repository that nothing comes of yet',
    { feedback: 'deployment', gitRepo: 'other' },
    [
      { ...to, previews: [], gone: [], untold: [7, 3] },
      { ...to, kind: 'deployment', previews: [{ number: 7 }, { number: 3 }], gone: [] },
    ],
  ],
]
for (const [why, environment, want] of whileSuspended) {
  t.test(`how copies are told of is changed for a suspended Service too: ${why}`, async t => {
    const notes: FeedbackNote[] = []
    const feedback = {
      note: (given: FeedbackNote) => notes.push(given),
      failure: () => undefined,
      close: () => undefined,
    }
    const { post } = await build(t, { feedback })
    const body = exampleBody()
    const { feedback: kind, gitOwner, gitRepo } = of
    const previewEnvironment = environment && { enabled: true, gitOwner, gitRepo, feedback: kind, ...environment }
    Object.assign(body.parent.spec, { suspend: true, previewEnvironment })
    body.parent.status = before
    body.parent.status = (await post('/services/sync', body)).json().status
    t.match(notes, want)
    t.equal(notes.length, want.length)
    t.match(body.parent.status.previews, before.previews, 'they run on')
    notes.length = 0
    await post('/services/sync', body)
    const last = want.filter(note => !('untold' in note))
    t.match(notes, last)
    t.equal(notes.length, last.length, 'a last word is said once')
  })
}
