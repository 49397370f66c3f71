const { HOOK_URL, HOOK_TOKEN } = process.env
const parent = {
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: { name: 'helm-test', namespace: 'default' },
  spec: { workspace: 'helm-test', source: { repoURL: 'https://example.com/charts' } },
}
function customize(headers) {
  const body = JSON.stringify({ controller: {}, parent })
  return fetch(`${HOOK_URL}/services/customize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}
function expect(what, isTrue) {
  console.log(`${isTrue ? 'ok' : 'not ok'} - ${what}`)
  if (!isTrue) process.exitCode = 1
}
async function main() {
  expect('/healthz answers', (await fetch(`${HOOK_URL}/healthz`)).ok)
  const answer = await customize(HOOK_TOKEN ? { authorization: `Bearer ${HOOK_TOKEN}` } : {})
  expect('a hook answers', answer.ok && Array.isArray((await answer.json()).relatedResources))
  if (HOOK_TOKEN) expect('a hook refuses a call without the token', (await customize({})).status === 401)
}
main().catch(fault => expect(`${HOOK_URL} can be reached: ${fault.cause?.message ?? fault.message}`, false))
