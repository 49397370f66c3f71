import { chmodSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { kubectlProxy } from '../lib/engine/kubectl-proxy.js'

t.test('kubectl proxy', async t => {
  const { PATH } = process.env
  t.afterEach(() => {
    process.env.PATH = PATH
  })
  const rows: [why: string, script: string | undefined, want: string | RegExp][] = [
    ['says where it serves', 'echo Starting to serve on 127.0.0.1:4321; exec sleep 60', 'http://127.0.0.1:4321'],
    [
      'gives up',
      'echo no cluster >&2; exit 1',
      /^kubectl proxy gave up: no cluster; does KUBECONFIG name a cluster\?$/,
    ],
    ['is not there', undefined, /^kubectl proxy does not start: .*; install kubectl$/],
  ]
  for (const [why, script, want] of rows) {
    t.test(why, async t => {
      const directory = t.testdir({})
      if (script !== undefined) {
        writeFileSync(`${directory}/kubectl`, `#!/bin/sh\n${script}\n`)
        chmodSync(`${directory}/kubectl`, 0o755)
      }
      process.env.PATH = script === undefined ? directory : `${directory}:${PATH ?? ''}`
      if (want instanceof RegExp) {
        await t.rejects(kubectlProxy(), { message: want })
        return
      }
      const proxy = await kubectlProxy()
      t.equal(proxy.url, want)
      proxy.stop()
    })
  }
})
