import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alustan } from '../run-cli.js'
import { pushScripts } from './images.js'
import { apply, get, list, remove } from './kubectl.js'
import { PASSWORD, type RegistryProcess, USER, startRegistry } from './registry-process.js'
import type { Scenario, World } from './scenario.js'
import { eventually, run } from './shell.js'
import { reaches, terraform } from './terraform-state.js'

const KIND = 'terraforms.alustan.io'
const IMAGE = 'alustan/private'
const SCRIPTS = { deploy: 'echo deploys', destroy: 'sleep 2', report: 'echo \'{"outputs": {"a": 1}}\'' }

let registry: RegistryProcess
let config: string

const auth = (password: string) => Buffer.from(`${USER}:${password}`).toString('base64')

/** Writes the docker config that the hooks read: this registry, and one that no image of the story comes from. */
async function logIn(password: string): Promise<void> {
  const auths = { [registry.host]: { auth: auth(password) }, 'other.example.com': { auth: auth('canary') } }
  await writeFile(config, JSON.stringify({ auths }))
}

function fromPrivate(name: string, world: World) {
  const containerRegistry = { provider: 'generic', host: registry.host, imageName: IMAGE }
  return terraform(name, world, { containerRegistry })
}

/** The command line's own look at the image. */
const scan = () => alustan(['scan', `${registry.host}/${IMAGE}`, '-o', 'json'], '', { DOCKER_CONFIG_JSON: config })

/** What the events of a pod of this Terraform say of its image. */
async function pulled({ namespace }: World): Promise<string> {
  const events = await list('events', namespace)
  return events
    .filter(({ reason, message }) => reason === 'Pulled' && message.includes(registry.host))
    .map(({ message }) => message)
    .join('\n')
}

/** An image that only a password opens: the hooks scan it, and the node pulls it by the Secret that they make. */
export const privateImageScenario: Scenario = {
  name: 'Private',
  strategies: ['dynamic-apply'],
  async prepare() {
    registry = await startRegistry(true)
    const folder = await mkdtemp(join(tmpdir(), 'alustan-login-'))
    config = join(folder, 'config.json')
    await logIn('wrong-password')
    const stop = async () => {
      await registry.stop()
      await rm(folder, { recursive: true })
    }
    return { environment: { DOCKER_CONFIG_JSON: config }, stop }
  },
  steps: [
    [
      'a wrong password is told without being shown, and nothing runs',
      async world => {
        await pushScripts(IMAGE, { ...SCRIPTS, marker: `# ${world.namespace}` }, '1.0.0')
        const from = `docker://${process.env.REGISTRY ?? 'localhost:5000'}/${IMAGE}:1.0.0`
        const to = ['--dest-tls-verify=false', `--dest-creds=${USER}:${PASSWORD}`]
        const copy = ['copy', '--quiet', '--src-tls-verify=false', ...to, from]
        await run('skopeo', [...copy, `docker://${registry.host}/${IMAGE}:1.0.0`])
        await apply(fromPrivate('infra', world))
        const status = await reaches('infra', world, ({ state }) => state === 'Error')
        assert.match(
          status.message,
          /refuses to list .*; check imageName and the registry's credentials in the docker config/,
        )
        const { code, stderr } = await scan()
        assert.equal(code, 5)
        assert.doesNotMatch(stderr, /wrong-password/)
        assert.doesNotMatch(JSON.stringify(status), new RegExp(`wrong-password|${auth('wrong-password')}`))
        assert.deepEqual(await list('jobs', world.namespace), [])
      },
    ],
    [
      'once the password is right the node pulls the image by a Secret for that registry alone',
      async world => {
        await logIn(PASSWORD)
        const { code, stdout } = await scan()
        assert.deepEqual([code, JSON.parse(stdout).chosen], [0, '1.0.0'])
        const status = await reaches('infra', world, ({ state }) => state === 'Completed')
        assert.equal(status.image, `${registry.host}/${IMAGE}:1.0.0`)
        assert.match(await pulled(world), /Successfully pulled image/)
        const secret = await get('secret', 'infra-registry', world.namespace)
        assert.equal(secret.type, 'kubernetes.io/dockerconfigjson')
        assert.equal(secret.metadata.ownerReferences[0].name, 'infra')
        const { auths } = JSON.parse(Buffer.from(secret.data['.dockerconfigjson'], 'base64').toString())
        assert.deepEqual(auths, { [registry.host]: { auth: auth(PASSWORD) } })
        const told = JSON.stringify([await get(KIND, 'infra', world.namespace), await list('jobs', world.namespace)])
        assert.doesNotMatch(told, new RegExp(`${PASSWORD}|${auth(PASSWORD)}`))
      },
    ],
    [
      'deleting still destroys with that image, and the Secret goes with the resource',
      async world => {
        await remove(KIND, 'infra', world.namespace)
        await eventually('a destroy Job has the Secret', 60, async () => {
          const [job] = await list('jobs', world.namespace, 'alustan.io/step=destroy')
          return job?.spec.template.spec.imagePullSecrets[0].name === 'infra-registry' ? true : undefined
        })
        await eventually('the Terraform is gone', 120, async () =>
          (await get(KIND, 'infra', world.namespace)) === undefined ? true : undefined,
        )
        await eventually('so is its Secret', 30, async () =>
          (await get('secret', 'infra-registry', world.namespace)) === undefined ? true : undefined,
        )
      },
    ],
  ],
}
