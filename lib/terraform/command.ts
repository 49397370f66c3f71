import { AlustanError } from '../errors.js'
import type { TerraformSpec } from './spec.js'

/** What the image's own CMD is told to run: `exec $SCRIPT $ARGS`. */
export interface Command {
  readonly script: string
  /** Split at white space by the image's shell, which sees no quotes. */
  readonly args: string
}

/**
 * Reads `path args…` of `spec.scripts`; a bare name is a file in the image's working directory. Throws `InvalidSpec`
 * for what `exec $SCRIPT $ARGS` cannot run.
 */
export function parseCommand(field: string, text: string): Command {
  const [path = '', ...words] = text.trim().split(/\s+/)
  const refuse = (fault: string) => new AlustanError('InvalidSpec', `spec.${field} '${text}' ${fault}`)
  if (path === '') throw refuse('names no script; write the path of one in the image, such as deploy')
  if (/["'\\]/.test(text)) throw refuse('has quotes, which the image does not read; pass such text as a variable')
  if (/[\0\n\r]/.test(text.trim())) throw refuse('has a line break; write the script and its arguments in one line')
  if (!/^[A-Za-z0-9._/-]+$/.test(path)) throw refuse('has a path with other than letters, digits, . _ - and /')
  if (path.split('/').includes('..')) throw refuse('leaves its folder by ..; write the path of the script in the image')
  return { script: /^\.?\//.test(path) ? path : `./${path}`, args: words.map(escapeExpansion).join(' ') }
}

/** The command of `spec.postDeploy`: each flag gets the value of its variable. Throws `InvalidSpec`. */
export function postDeployCommand(
  { script, args }: NonNullable<TerraformSpec['postDeploy']>,
  spec: TerraformSpec,
): Command {
  const command = parseCommand('postDeploy.script', script)
  const flags = Object.entries(args)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([flag, name]) => `-${flag}=${argument(flag, name, spec)}`)
  return { script: command.script, args: [command.args, ...flags].filter(part => part !== '').join(' ') }
}

function argument(flag: string, name: string, { variables, variablesFrom }: TerraformSpec): string {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  // Kubernetes fills in what comes from a Secret or ConfigMap; its value is not ours to see.
  if (value === undefined && variablesFrom !== undefined) return `$(${name})`
  const refuse = (fault: string) =>
    new AlustanError('InvalidSpec', `spec.postDeploy.args.${flag}: variable '${name}' ${fault}`)
  if (value === undefined) throw refuse('is not in spec.variables; add it there')
  if (/\s/.test(value))
    throw refuse('has white space, at which arguments are split; let the script read the variable itself')
  return escapeExpansion(value)
}

/** Text for the value of a container's environment: Kubernetes reads `$(NAME)` and `$$` there. */
export function escapeExpansion(text: string): string {
  return text.replaceAll('$', '$$$$')
}
