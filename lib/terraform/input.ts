import { AlustanError } from '../errors.js'
import type { Parent } from '../metacontroller.js'
import { parseCommand, postDeployCommand } from './command.js'
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

/** Linux takes no longer variable (MAX_ARG_STRLEN), and an object of the API server no more in all its annotations. */
const MAX_VARIABLE_BYTES = 128 * 1024 - 1
const MAX_VARIABLES_BYTES = 200 * 1024

/** Computes what to run. Throws `InvalidSpec` for scripts, arguments and variables that no container can get. */
export function wantedRuns(parent: Parent, spec: TerraformSpec, image: string): WantedRuns {
  refuseLargeVariables(spec)
  const wanted = (input: RunInput): WantedRun => ({ name: jobName(parent, spec, input), input })
  const command = parseCommand('scripts.deploy', spec.scripts.deploy)
  const deploy = wanted({ step: 'deploy', image, command, about: '' })
  if (spec.scripts.destroy !== undefined) parseCommand('scripts.destroy', spec.scripts.destroy)
  if (spec.postDeploy === undefined) return { deploy, postDeploy: undefined }
  const report = postDeployCommand(spec.postDeploy, spec)
  return { deploy, postDeploy: wanted({ step: 'postdeploy', image, command: report, about: deploy.name }) }
}

function refuseLargeVariables({ variables }: TerraformSpec): void {
  let sum = 0
  for (const [name, value] of Object.entries(variables)) {
    const bytes = Buffer.byteLength(name) + Buffer.byteLength(value) + 1
    sum += bytes
    if (bytes > MAX_VARIABLE_BYTES) {
      throw new AlustanError(
        'InvalidSpec',
        `spec.variables.${name} has ${bytes} bytes, more than the ${MAX_VARIABLE_BYTES} that Linux takes; put it into a file of the image`,
      )
    }
  }
  if (sum > MAX_VARIABLES_BYTES) {
    throw new AlustanError(
      'InvalidSpec',
      `spec.variables have ${sum} bytes in all, more than ${MAX_VARIABLES_BYTES}; move large ones to a ConfigMap in variablesFrom`,
    )
  }
}
