import { setTimeout } from 'node:timers/promises'
import { stringify } from 'yaml'
import type { Config } from '../config.js'
import { CustomizeAnswer, type Rule } from '../engine/hook-answers.js'
import type { CallHook } from '../engine/hook.js'
import { selects } from '../engine/related.js'
import { RESOURCES } from '../engine/resources.js'
import { kindKey, objectKey, type ApiObject } from '../engine/cluster.js'
import { knowsNothing } from '../github/pull-requests.js'
import { createRunReader } from '../kubernetes/run-reader.js'
import type { DesiredChild, KubernetesObject } from '../metacontroller.js'
import { API_VERSION, LABEL } from '../names.js'
import { createRegistryClient } from '../registry/client.js'
import { systemClock } from '../refresh/clock.js'
import { imageScanner, registryCredentials } from '../registry/image-scanner.js'
import type { ImageScanner } from '../registry/scan.js'
import { createScanner } from '../registry/scanner.js'
import type { Repositories } from './tags-page.js'
import { answerTable } from './answer-table.js'
import { localHooks } from './local-hooks.js'
import type { Format } from './output.js'
import { type OpenPulls, pullRequestStandIn, withLabels } from './pull-requests-stand-in.js'
import { readManifests } from './read-manifests.js'
import { registryFetch } from './registry-stand-in.js'

const CHILD_KINDS = {
  Service: [RESOURCES.applicationSets],
  Terraform: [RESOURCES.jobs, RESOURCES.configMaps, RESOURCES.secrets],
}

/** How often a first scan is waited for, a second at a time. */
const MAX_ROUNDS = 15
const LONG_AGO = '1970-01-01T00:00:00Z'

/** What a hook answers. */
export interface Answer {
  readonly children: readonly DesiredChild[]
  readonly status: {
    readonly conditions?: readonly { reason: string }[]
    readonly run?: { readonly requestedAt?: string }
    readonly state?: string
    readonly message?: string
  }
}

/**
 * `alustan render`: what the hooks would answer if just these objects were in the cluster. With `tags` no registry is
 * asked. Prints the children and the status of each of our resources.
 */
export async function render(
  files: readonly string[],
  tags: Repositories,
  output: Format,
  config: Config,
  pulls: OpenPulls,
): Promise<void> {
  const objects = readManifests(files)
  const scanner = tags.size > 0 ? offlineScanner(tags) : onlineScanner(config)
  const now = () => Date.now()
  const lister = pulls.size > 0 ? pullRequestStandIn(withLabels(pulls, ours(objects))) : knowsNothing
  const callHook = await localHooks(config, scanner, now, createRunReader(undefined, now), lister)
  process.stdout.write(await rendered(objects, output, callHook))
  scanner.close()
}

/** What the hooks answer for each of our resources among the objects, as text. */
export async function rendered(
  objects: readonly KubernetesObject[],
  output: Format,
  callHook: CallHook,
): Promise<string> {
  const answers = []
  for (const parent of ours(objects)) answers.push({ parent, answer: await ask(callHook, parent, objects) })
  if (output === 'json') return `${JSON.stringify(answers.map(asJson), null, 2)}\n`
  return output === 'table' ? `${answerTable(answers).join('\n')}\n` : answers.map(asYaml).join('')
}

function ours(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.filter(({ apiVersion }) => apiVersion === API_VERSION)
}

function offlineScanner(tags: Repositories): ImageScanner {
  const { now } = systemClock
  return createScanner({
    client: createRegistryClient({ fetch: registryFetch(tags), now, credentials: async () => undefined }),
  })
}

function onlineScanner(config: Config): ImageScanner {
  const credentials = registryCredentials(config, ({ message }) => process.stderr.write(`alustan: ${message}\n`))
  return imageScanner(config, credentials, () => undefined)
}

async function ask(callHook: CallHook, given: KubernetesObject, objects: readonly KubernetesObject[]): Promise<Answer> {
  const uid = `uid-of-${given.kind}-${given.metadata.name}`
  const parent = { ...given, metadata: { generation: 1, ...given.metadata, uid } }
  const path = `http://hooks/${given.kind.toLowerCase()}s`
  const post = async (hook: string, body: object): Promise<unknown> => {
    const answer = await callHook(
      `${path}/${hook}`,
      body,
      { 'content-type': 'application/json' },
      AbortSignal.timeout(30_000),
    )
    if (answer.status !== 200)
      throw new Error(`the ${hook} hook of ${given.kind} answers ${answer.status}: ${answer.body}`)
    return JSON.parse(answer.body)
  }
  const rules = CustomizeAnswer.parse(await post('customize', { parent })).relatedResources ?? []
  const children = childrenOf(parent, objects)
  const related = relatedTo(rules, objects, children)
  let status: unknown = given.status
  for (let rounds = 0; ; rounds++) {
    const answer = (await post('sync', {
      parent: { ...parent, status },
      children,
      related,
      finalizing: false,
    })) as Answer
    const isScanned = answer.status.conditions?.every(({ reason }) => reason !== 'NotScannedYet') ?? true
    const run = answer.status.run
    const isAnnounced = run?.requestedAt !== undefined && run.requestedAt !== LONG_AGO
    if (rounds === MAX_ROUNDS || (isScanned && !isAnnounced)) return answer
    // A run that is announced only is of no use to who wants to see its Job.
    if (isAnnounced) status = { ...answer.status, run: { ...run, requestedAt: LONG_AGO } }
    else await setTimeout(1000)
  }
}

type ObjectMap = Record<string, Record<string, KubernetesObject>>

/** Objects of the files count as children when they carry our label for this parent. */
function childrenOf(parent: KubernetesObject, objects: readonly KubernetesObject[]): ObjectMap {
  const label = parent.kind === 'Service' ? LABEL.service : LABEL.terraform
  const kinds = CHILD_KINDS[parent.kind as keyof typeof CHILD_KINDS]
  const owner = {
    apiVersion: parent.apiVersion,
    kind: parent.kind,
    name: parent.metadata.name,
    uid: parent.metadata.uid ?? '',
  }
  return Object.fromEntries(
    kinds.map(resource => [
      kindKey(resource),
      Object.fromEntries(
        objects
          .filter(({ kind, metadata }) => kind === resource.kind && metadata.namespace === parent.metadata.namespace)
          .filter(({ metadata }) => metadata.labels?.[label] === parent.metadata.name)
          .map(object => [
            objectKey({ name: object.metadata.name, namespace: object.metadata.namespace }),
            { ...object, metadata: { ...object.metadata, ownerReferences: [{ ...owner, controller: true }] } },
          ]),
      ),
    ]),
  )
}

function relatedTo(rules: readonly Rule[], objects: readonly KubernetesObject[], children: ObjectMap): ObjectMap {
  const related: ObjectMap = {}
  for (const rule of rules) {
    const resource = Object.values(RESOURCES).find(
      known => known.apiVersion === rule.apiVersion && known.resource === rule.resource,
    )
    if (resource === undefined) continue
    const group = (related[kindKey(resource)] ??= {})
    for (const object of objects) {
      if (!selects(rule, resource, object as unknown as ApiObject)) continue
      const key = objectKey({ name: object.metadata.name, namespace: object.metadata.namespace })
      group[key] = children[kindKey(resource)]?.[key] ?? object
    }
  }
  return related
}

function asJson({ parent, answer }: { parent: KubernetesObject; answer: Answer }) {
  const { name, namespace } = parent.metadata
  return { kind: parent.kind, name, namespace, children: answer.children, status: answer.status }
}

function asYaml({ parent, answer }: { parent: KubernetesObject; answer: Answer }): string {
  const title = `${parent.kind} ${parent.metadata.namespace}/${parent.metadata.name}`
  const options = { lineWidth: 0, aliasDuplicateObjects: false }
  const children = answer.children.map(child => `---\n# ${title}: ${child.kind}\n${stringify(child, options)}`)
  return [...children, `---\n# ${title}: status\n${stringify({ status: answer.status }, options)}`].join('')
}
