import type { ScriptRun } from '../../lib/cli/job-stand-in.js'
import type { ApiObject, Cluster } from '../../lib/engine/cluster.js'
import { RESOURCES } from '../../lib/engine/resources.js'
import { LABEL } from '../../lib/names.js'

/** What the scripts of all Terraforms do. */
export interface Scripts {
  readonly run: (object: ApiObject) => ScriptRun
  /** The next script of a Terraform (`namespace/name`) fails, whatever its inputs. */
  failNext(terraform: string): void
  heal(): void
}

const WORK_MS = 20_000

/** A deploy with a variable FAILS exits with 3, all others succeed unless they were told to fail. */
export function soakScripts(cluster: Cluster): Scripts {
  const failing = new Set<string>()
  const exitCodes = new Map<string, number>()
  cluster.watch(RESOURCES.jobs, {
    listed: () => undefined,
    changed: ({ type, object }) => {
      if (type === 'DELETED') exitCodes.delete(object.metadata.name)
    },
  })

  const decide = ({ metadata: { namespace = '', labels = {} }, spec }: ApiObject): number => {
    if (labels[LABEL.step] === 'deploy' && JSON.stringify(spec).includes('"FAILS"')) return 3
    return failing.delete(`${namespace}/${labels[LABEL.terraform] ?? ''}`) ? 1 : 0
  }

  return {
    run(object) {
      const { name, labels = {} } = object.metadata
      const job = object.kind === 'Job' ? name : (labels['job-name'] ?? '')
      if (object.kind === 'Job' && !exitCodes.has(job)) exitCodes.set(job, decide(object))
      const log = labels[LABEL.step] === 'postdeploy' ? '{"outputs":{"id":1}}' : ''
      return { milliseconds: WORK_MS, exitCode: exitCodes.get(job) ?? 0, log }
    },
    failNext: terraform => void failing.add(terraform),
    heal: () => failing.clear(),
  }
}
