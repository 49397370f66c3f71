import { type Seen, get } from './kubectl.js'
import type { World } from './scenario.js'
import { eventually } from './shell.js'

/** The image of a Terraform that names no other. */
export const INFRASTRUCTURE = 'alustan/infrastructure'

/** `containerRegistry` for an image of the cluster's registry. */
export function inRegistry(imageName: string): Seen {
  return { provider: 'generic', host: process.env.REGISTRY ?? 'localhost:5000', imageName }
}

/** A Terraform of the scenario's namespace. */
export function terraform(name: string, { namespace }: World, spec: object = {}): Seen {
  return {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Terraform',
    metadata: { name, namespace },
    spec: {
      variables: { TF_VAR_region: 'us-east-1', TF_VAR_odd: 'a $(SCRIPT) $$ "b"\nc' },
      scripts: { deploy: 'deploy', destroy: 'destroy -c' },
      postDeploy: { script: 'report', args: { region: 'TF_VAR_region' } },
      containerRegistry: { ...inRegistry(INFRASTRUCTURE), semanticVersion: '~1.0.0' },
      retries: 0,
      ...spec,
    },
  }
}

/** Waits until a Terraform's status, of its newest generation, is as wanted. */
export async function reaches(
  name: string,
  { namespace }: World,
  wanted: (status: Seen) => boolean | Promise<boolean>,
  // On a machine that does much else, a pod takes half a minute to start.
  seconds = 180,
): Promise<Seen> {
  return eventually(`${name} gets there`, seconds, async () => {
    const object = await get('terraforms.alustan.io', name, namespace)
    const { status, metadata } = object ?? {}
    if (status?.observedGeneration === metadata?.generation && (await wanted(status))) return status
    throw new Error(
      JSON.stringify({ state: status?.state, message: status?.message, image: status?.image, run: status?.run }),
    )
  })
}
