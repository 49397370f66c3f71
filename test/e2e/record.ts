import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { format } from 'prettier'
import { apiCluster } from '../../lib/engine/api-cluster.js'
import type { ApiObject, Cluster } from '../../lib/engine/cluster.js'
import { openKubectlProxy } from '../../lib/engine/kubectl-proxy.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import { recording, type Call } from '../engine-recording.js'
import { answer, controller, NAMESPACES, NOTES, STEPS, STORIES } from '../engine-story.js'

/**
 * Plays the story on the cluster in KUBECONFIG under the Metacontroller in METACONTROLLER (a binary) and keeps what its
 * hooks were sent. Its CustomResourceDefinitions must be installed. Cleans up after itself.
 */
const QUIET_MS = 1500
const CONTROLLERS = {
  apiVersion: 'metacontroller.k8s.io/v1alpha1',
  resource: 'compositecontrollers',
  kind: 'CompositeController',
  namespaced: false,
  hasStatus: true,
}

const crd = ({ resource, kind }: typeof STORIES): ApiObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${resource}.record.alustan.io` },
  spec: {
    group: 'record.alustan.io',
    names: { plural: resource, kind },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
})

async function kubectl(args: string[], input?: object): Promise<string> {
  const child = promisify(execFile)('kubectl', args)
  child.child.stdin?.end(input === undefined ? '' : JSON.stringify(input))
  return (await child).stdout
}

function metacontroller(strategy: string): ChildProcess {
  const binary = process.env.METACONTROLLER
  if (binary === undefined) throw new Error('METACONTROLLER is not set; set it to the path of a binary')
  const flags = [
    '--discovery-interval=2s',
    `--apply-strategy=${strategy}`,
    '--target-label-selector=record',
    '--metrics-address=127.0.0.1:0',
  ]
  const quick = ['--health-probe-bind-address=127.0.0.1:0', '--client-go-qps=150', '--client-go-burst=300']
  return spawn(binary, [...flags, ...quick], { stdio: ['ignore', 'ignore', 'ignore'] })
}

async function hookServer(record: (call: Call) => void): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void text(request).then(body => {
      const hook = (request.url ?? '').slice(1)
      const parsed = JSON.parse(body) as Parameters<typeof answer>[1]
      record({ hook, request: parsed })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer(hook, parsed)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function play(cluster: Cluster, strategy: string): Promise<Record<string, Call[]>> {
  const steps: Record<string, Call[]> = {}
  let calls: Call[] = []
  let last = Date.now()
  const { server, url } = await hookServer(call => {
    calls.push(call)
    last = Date.now()
  })
  for (const name of NAMESPACES) {
    await cluster.create(RESOURCES.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  await cluster.create(CONTROLLERS, controller(url))
  const engine = metacontroller(strategy)
  try {
    await new Promise(resolve => setTimeout(resolve, 6000))
    for (const [name, act] of STEPS) {
      if (engine.exitCode !== null) throw new Error(`Metacontroller ended with ${engine.exitCode}`)
      steps[name] = calls = []
      last = Date.now()
      await act(cluster)
      while (Date.now() - last < QUIET_MS) await new Promise(resolve => setTimeout(resolve, 100))
      console.log(`${strategy}: ${name}: ${calls.map(({ hook }) => hook).join(' ')}`)
    }
    return steps
  } finally {
    if (engine.exitCode === null) {
      engine.kill()
      await once(engine, 'exit')
    }
    server.close()
    server.closeAllConnections()
    await kubectl(['delete', 'compositecontroller', 'record-stories', '--ignore-not-found'])
    await kubectl(['delete', 'namespace', ...NAMESPACES, '--ignore-not-found'])
  }
}

const proxy = await openKubectlProxy()
const cluster = apiCluster({ url: proxy.url, onError: console.error })
const definitions = [crd(STORIES), crd(NOTES)]
try {
  for (const definition of definitions) await kubectl(['apply', '-f', '-'], definition)
  for (const { resource } of [STORIES, NOTES]) {
    await kubectl(['wait', '--for=condition=Established', `crd/${resource}.record.alustan.io`])
  }
  mkdirSync('test/fixtures/metacontroller', { recursive: true })
  for (const strategy of ['dynamic-apply', 'server-side-apply']) {
    const recorded = recording(await play(cluster, strategy))
    const file = `test/fixtures/metacontroller/${strategy}.json`
    writeFileSync(file, await format(JSON.stringify(recorded), { parser: 'json', printWidth: 120 }))
  }
} finally {
  for (const { metadata } of definitions) await kubectl(['delete', 'crd', metadata.name, '--ignore-not-found'])
  cluster.stop()
  proxy.stop()
}
