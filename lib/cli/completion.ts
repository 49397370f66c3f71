import type { Command } from 'commander'

/** Shells that completion is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

interface Completable {
  readonly name: string
  readonly description: string
  readonly flags: readonly {
    readonly flag: string
    readonly description: string
    readonly choices: readonly string[]
  }[]
  /** What its argument may be: a resource of the cluster, a file, or fixed words. */
  readonly argument: 'resource' | 'file' | readonly string[]
}

/**
 * Prints the cluster's Services and Terraforms as `service/NAME`, in every shell. Whatever else an answer holds is left
 * out: a shell may run it.
 */
const RESOURCES = String.raw`kubectl get services.alustan.io,terraforms.alustan.io -o name --request-timeout=2s 2>/dev/null |
    sed -En 's,^(service|terraform)[.]alustan[.]io/([a-z0-9.-]+)$,\1/\2,p'`

/** The completion script of a shell, made from the commands themselves. */
export function completionScript(program: Command, shell: Shell): string {
  const commands = program.commands.map(completable)
  const scripts = { bash, zsh, fish }
  return scripts[shell](commands)
}

function completable(command: Command): Completable {
  const [argument] = command.registeredArguments
  const takes = argument?.name() === 'kind/name' ? 'resource' : (argument?.argChoices ?? 'file')
  return {
    name: command.name(),
    description: command.description(),
    flags: command.options.flatMap(({ long, short, description, argChoices = [] }) =>
      [long, short].flatMap(flag => (flag ? [{ flag, description, choices: argChoices }] : [])),
    ),
    argument: argument === undefined ? [] : takes,
  }
}

function bash(commands: readonly Completable[]): string {
  const cases = commands.map(({ name, flags, argument }) => {
    const valued = flags
      .filter(({ choices }) => choices.length > 0)
      .map(({ flag, choices }) => `      ${flag}) words="${choices.join(' ')}" ;;`)
    const words =
      argument === 'resource'
        ? '{ _alustan_resources; return; }'
        : argument === 'file'
          ? '{ compopt -o default 2>/dev/null; return; }'
          : `words="${argument.join(' ')}"`
    return [
      `    ${name})`,
      `      case "$before" in`,
      ...valued,
      `      *) words="${flags.map(({ flag }) => flag).join(' ')} --help"; [[ "$word" == -* ]] || ${words} ;;`,
      `      esac ;;`,
    ].join('\n')
  })
  // Only fixed words go into `compgen -W`, which expands them; readline itself completes the names of files. The bash
  // of macOS has no `compopt`: it offers files wherever nothing else is known.
  return `# bash completion of alustan: source <(alustan completion bash)
_alustan_resources() {
  local name
  while IFS= read -r name; do
    [[ "$name" != "$word"* ]] || COMPREPLY+=("$name")
  done < <(
    ${RESOURCES}
  )
}
_alustan() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=
  COMPREPLY=()
  compopt +o default 2>/dev/null
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) [ "$COMP_CWORD" -gt 1 ] || words="${commands.map(({ name }) => name).join(' ')} help --help" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _alustan alustan
`
}

function zsh(commands: readonly Completable[]): string {
  const text = (description: string) => description.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, ' ')
  const cases = commands.map(({ name, flags, argument }) => {
    const options = flags.map(({ flag, description, choices }) => {
      const values = choices.length === 0 ? '' : `:value:(${choices.join(' ')})`
      return `'${flag}[${text(description)}]${values}'`
    })
    const words =
      argument === 'resource'
        ? "'*:resource:_alustan_resources'"
        : argument === 'file'
          ? "'*:file:_files'"
          : `'*:word:(${argument.join(' ')})'`
    return `    ${name}) _arguments ${[...options, words].join(' ')} ;;`
  })
  return `#compdef alustan
# zsh completion of alustan: source <(alustan completion zsh), or this as _alustan in a folder of $fpath
_alustan_resources() {
  compadd -- \${(f)"$(
    ${RESOURCES}
  )"}
}
_alustan() {
  if (( CURRENT == 2 )); then
    local -a commands=(${commands.map(({ name, description }) => `'${name}:${text(description)}'`).join(' ')})
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _alustan ]]; then
  _alustan "$@"
else
  compdef _alustan alustan
fi
`
}

function fish(commands: readonly Completable[]): string {
  const text = (description: string) => `'${description.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = commands.flatMap(({ name, description, flags, argument }) => {
    const within = `complete -c alustan -n '__fish_seen_subcommand_from ${name}'`
    const words =
      argument === 'resource' ? '(__alustan_resources)' : Array.isArray(argument) ? argument.join(' ') : undefined
    return [
      `complete -c alustan -n __fish_use_subcommand -f -a ${name} -d ${text(description)}`,
      ...flags.map(({ flag, description, choices }) => {
        const name = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
        return `${within} ${name} -d ${text(description)}${choices.length === 0 ? '' : ` -x -a '${choices.join(' ')}'`}`
      }),
      ...(words === undefined || words === '' ? [] : [`${within} -f -a '${words}'`]),
    ]
  })
  return `# fish completion of alustan: alustan completion fish | source
function __alustan_resources
  ${RESOURCES}
end
${lines.join('\n')}
`
}
