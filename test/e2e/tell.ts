import { list, patch } from './kubectl.js'
import { noLeak } from './no-leak.js'
import type { Scenario, World } from './scenario.js'
import { run } from './shell.js'

const OURS = ['services.alustan.io', 'terraforms.alustan.io']

/** How many steps came true. */
export interface Sum {
  passed: number
  failed: number
}

/** Runs the steps until one fails, or shows a secret; then it shows what the cluster holds. */
export async function tell(title: string, scenario: Scenario, world: World): Promise<Sum> {
  const sum = { passed: 0, failed: 0 }
  for (const [what, step] of scenario.steps) {
    const began = Date.now()
    try {
      await step(world)
      await noLeak(world)
      sum.passed++
      console.log(`ok - ${title}: ${what} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
    } catch (thrown) {
      sum.failed++
      console.log(`not ok - ${title}: ${what}`)
      console.log(thrown instanceof Error ? thrown.stack : thrown)
      const kinds = [...OURS, 'applicationsets', 'applications', 'jobs', 'pods'].join(',')
      console.log(await run('kubectl', ['get', kinds, '-n', world.namespace, '-o', 'yaml']).catch(String))
      break
    }
  }
  return sum
}

/** Removes a world; what a failed scenario left is let go of, since nobody finalizes it any more. */
export async function clear({ namespace, secretsNamespace }: World): Promise<void> {
  for (const kind of OURS) {
    // Deleted first: the next scenario's controller would take up what is only about to go.
    await run('kubectl', ['delete', kind, '--all', '-n', namespace, '--wait=false'])
    for (const { metadata } of await list(kind, namespace)) {
      await patch(kind, metadata.name, namespace, { metadata: { finalizers: null } })
    }
  }
  await run('kubectl', ['delete', 'namespace', namespace, secretsNamespace, '--wait=false'])
}
