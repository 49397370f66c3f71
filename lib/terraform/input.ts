import { AlustanError } from '../errors.js'
import type { Parent } from '../metacontroller.js'
import { ANNOTATION } from '../names.js'
import { escapeExpansion, parseCommand, postDeployCommand } from './command.js'
import { type RunInput, jobName } from './job.js'
import type { TerraformSpec } from './spec.js'

/** A run that should have been, by its name. */
export interface WantedRun {
  readonly name: string
  readonly input: RunInput
}

/** The runs that the spec asks for with an image. */
export interface WantedRuns {
  readonly deploy: WantedRun
  readonly postDeploy: WantedRun | undefined
}

/** Linux takes no longer variable (MAX_ARG_STRLEN). */
const MAX_VARIABLE_BYTES = 128 * 1024 - 1

/** All annotations of an object may have 256 KiB; one of them is the Job as JSON, under dynamic-apply. */
const MAX_JSON_BYTES = 220 * 1024

const computed = new WeakMap<TerraformSpec, { of: string; runs: WantedRuns }>()

/**
 * What to run. Throws `InvalidSpec` for scripts, arguments and variables that no container can get. It is computed once
 * for a spec that stays the same object, as `readTerraform` sees to.
 */
export function wantedRuns(parent: Parent, spec: TerraformSpec, image: string, loweredFrom?: string): WantedRuns {
  const { name, annotations } = parent.metadata
  const of = JSON.stringify([name, annotations?.[ANNOTATION.requestedAt], image, loweredFrom])
  const known = computed.get(spec)
  if (known?.of === of) return known.runs
  const runs = computeRuns(parent, spec, image, loweredFrom)
  computed.set(spec, { of, runs })
  return runs
}

function computeRuns(parent: Parent, spec: TerraformSpec, image: string, loweredFrom: string | undefined): WantedRuns {
  refuseLargeVariables(spec)
  const wanted = (input: RunInput): WantedRun => ({ name: jobName(parent, spec, input), input })
  const command = parseCommand('scripts.deploy', spec.scripts.deploy)
  const deploy = wanted({ step: 'deploy', image, command, about: '', loweredFrom })
  if (spec.scripts.destroy !== undefined) parseCommand('scripts.destroy', spec.scripts.destroy)
  if (spec.postDeploy === undefined) return { deploy, postDeploy: undefined }
  const report = postDeployCommand(spec.postDeploy, spec)
  if (Buffer.byteLength(report.args) > MAX_VARIABLE_BYTES - 'ARGS='.length) {
    throw new AlustanError(
      'InvalidSpec',
      `spec.postDeploy.args are longer than the ${MAX_VARIABLE_BYTES} bytes that Linux takes; let the script read large variables itself`,
    )
  }
  return { deploy, postDeploy: wanted({ step: 'postdeploy', image, command: report, about: deploy.name }) }
}

function refuseLargeVariables({ variables }: TerraformSpec): void {
  const entries = Object.entries(variables)
  let sum = 0
  for (const [name, value] of entries) {
    const bytes = Buffer.byteLength(name) + Buffer.byteLength(value) + 1
    sum += bytes
    if (bytes > MAX_VARIABLE_BYTES) {
      throw new AlustanError(
        'InvalidSpec',
        `spec.variables.${name} has ${bytes} bytes, more than the ${MAX_VARIABLE_BYTES} that Linux takes; put it into a file of the image`,
      )
    }
  }
  if (sum * MAX_ESCAPED_BYTES <= MAX_JSON_BYTES) return
  const json = entries.reduce((all, [, value]) => all + jsonBytes(value), 0)
  if (json > MAX_JSON_BYTES) {
    throw new AlustanError(
      'InvalidSpec',
      `spec.variables have ${json} bytes as JSON, more than the ${MAX_JSON_BYTES} that fit into a Job; move large ones to a ConfigMap in variablesFrom`,
    )
  }
}

/** The most bytes that one byte of text takes in the JSON that Metacontroller writes. */
const MAX_ESCAPED_BYTES = 6

/** Bytes of a variable's value in a Job as Go writes JSON: `<`, `>` and `&` take six, and `$` is doubled for Kubernetes. */
function jsonBytes(value: string): number {
  return Buffer.byteLength(JSON.stringify(escapeExpansion(value).replaceAll(/[<>&]/g, 'u+0000')))
}
